import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SandboxId } from '#contract/sandbox'
import { EmptyState } from '../../components/empty-state.tsx'
import { Switch } from '../../components/toggles.tsx'
import { useAgent } from '../../store/agent-store.ts'
import { Page } from '../shell/page.tsx'
import { ForkPane } from './fork-pane.tsx'
import type { Comparison } from './screen-diff.ts'
import { useScreens } from './use-screens.ts'
import './fork.css'

/** The terminals of several sandboxes side by side; what is typed can go into all. */
export function ForkPage({ ids }: { readonly ids: readonly SandboxId[] }): ReactNode {
  const { t } = useTranslation()
  const sandboxes = useAgent((state) => state.sandboxes)
  const known = useAgent(({ seq }) => seq !== null)
  const [broadcasting, setBroadcasting] = useState(true)
  const [comparing, setComparing] = useState(true)
  const { add, comparison } = useScreens({ broadcasting, comparing })
  const unique = [...new Set(ids)]
  const some = unique.some((id) => sandboxes.has(id))
  return (
    <Page title={t('forks.title')} back="/sandboxes">
      {known && !some ? (
        <EmptyState title={t('forks.empty.title')} text={t('forks.empty.text')} />
      ) : (
        <>
          <div className="fork-bar">
            <Switch label={t('forks.broadcast')} checked={broadcasting} onChange={setBroadcasting} />
            <Switch label={t('forks.compare')} checked={comparing} onChange={setComparing} />
            {broadcasting && <span className="fork-hint">{t('forks.broadcastText')}</span>}
            <Verdict comparison={comparison} />
          </div>
          <div className="fork-grid" data-count={unique.length} data-broadcasting={broadcasting}>
            {unique.map((id) => (
              <ForkPane
                key={id}
                id={id}
                sandbox={sandboxes.get(id)}
                known={known}
                lines={comparison?.differing.get(id) ?? null}
                onScreen={add}
              />
            ))}
          </div>
        </>
      )}
    </Page>
  )
}

/** Said aloud too, as it changes. */
function Verdict({ comparison }: { readonly comparison: Comparison | null }): ReactNode {
  const { t } = useTranslation()
  if (comparison === null) return null
  const count = [...comparison.differing.values()].filter(({ length }) => length > 0).length
  const text = count === 0 ? t('forks.same') : comparison.split ? t('forks.split') : t('forks.differing', { count })
  return (
    <span className="fork-verdict" role="status" data-tone={count === 0 ? 'good' : 'warn'}>
      {text}
    </span>
  )
}
