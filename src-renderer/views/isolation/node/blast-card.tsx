import { Scissors } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import type { BlastRadius, IsolationView } from '#contract/isolation'
import { applyRemedy } from '../../../actions/remedies.ts'
import { ErrorNotice } from '../../../components/error-notice.tsx'
import { Skeleton } from '../../../components/skeleton.tsx'
import type { BlastModel } from '../../../store/blast-store.ts'
import { StrengthWord } from '../parts/strength-word.tsx'
import { pathLabels } from './blast-paths.ts'
import { CutButton } from './cut-button.tsx'

interface Props {
  readonly model: BlastModel
  readonly view: IsolationView
  /** The one whose path is looked at; null: all. */
  readonly target: string | null
  readonly onTarget: (node: string | null) => void
  readonly onRetry: () => void
}

export function BlastCard({ model, view, target, onTarget, onRetry }: Props): ReactNode {
  const { t } = useTranslation()
  switch (model.kind) {
    case 'none':
      return null
    case 'loading':
      return <Skeleton label={t('isolation.blast.loading')} rows={3} rowHeight={20} />
    case 'error':
      return (
        <ErrorNotice
          title={t('isolation.blast.error')}
          error={model.error}
          onRemedy={(remedy) => applyRemedy(remedy, onRetry)}
        />
      )
    case 'ready':
      return <Radius radius={model.radius} {...{ view, target, onTarget }} />
    default:
      return assertNever(model, 'blast model')
  }
}

interface RadiusProps extends Pick<Props, 'view' | 'target' | 'onTarget'> {
  readonly radius: BlastRadius
}

function Radius({ radius, view, target, onTarget }: RadiusProps): ReactNode {
  const { t } = useTranslation()
  const { from, reached, cut } = radius
  const labels = new Map(view.nodes.map(({ id, label }) => [id, label]))
  if (reached.length === 0) return <p className="panel-note">{t('isolation.blast.nothing')}</p>
  return (
    <div className="blast">
      <p>{t('isolation.blast.some', { count: reached.length })}</p>
      <ul className="blast-list">
        {reached.map(({ node, path, strength }) => (
          <li key={node}>
            <button
              type="button"
              className="blast-item"
              aria-pressed={target === node}
              onClick={() => onTarget(target === node ? null : node)}
            >
              <span className="blast-name">
                <span className="truncate">{labels.get(node) ?? node}</span>
                <StrengthWord value={strength} />
              </span>
              <span className="blast-path">
                {t('isolation.blast.path', { path: pathLabels(from, path, view).join(' → ') })}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {cut ? (
        <section className="blast-cut" aria-label={t('isolation.blast.cutTitle')}>
          <h4>
            <Scissors aria-hidden="true" />
            {t('isolation.blast.cutTitle')}
          </h4>
          <p>{cut.sentence}</p>
          <p className="panel-note">
            {t('isolation.blast.cuts', {
              count: cut.removes.length,
              names: cut.removes.map((id) => labels.get(id) ?? id).join(', '),
            })}
          </p>
          <CutButton cut={cut.cut} />
        </section>
      ) : (
        <p className="panel-note">{t('isolation.blast.noCut')}</p>
      )}
    </div>
  )
}
