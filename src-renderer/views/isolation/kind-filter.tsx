import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type IsolationView, NodeKind } from '#contract/isolation'
import { KindIcon } from './graph/kind-icon.tsx'
import { countKinds } from './scope-view.ts'

interface Props {
  readonly view: IsolationView
  readonly hidden: ReadonlySet<NodeKind>
  readonly onChange: (hidden: ReadonlySet<NodeKind>) => void
}

/** What is shown, by kind; a press hides a kind, another brings it back. */
export function KindFilter({ view, hidden, onChange }: Props): ReactNode {
  const { t } = useTranslation()
  const counts = countKinds(view.nodes)
  const toggle = (kind: NodeKind): void => {
    const next = new Set(hidden)
    if (!next.delete(kind)) next.add(kind)
    onChange(next)
  }
  return (
    <div className="kinds" role="group" aria-label={t('isolation.graph.kinds')}>
      {NodeKind.options
        .filter((kind) => counts.has(kind))
        .map((kind) => (
          <button
            key={kind}
            type="button"
            className="kind-chip"
            aria-pressed={!hidden.has(kind)}
            onClick={() => toggle(kind)}
          >
            <KindIcon kind={kind} />
            {t(`isolation.kind.${kind}`)}
            <span className="segment-count">{counts.get(kind)}</span>
          </button>
        ))}
    </div>
  )
}
