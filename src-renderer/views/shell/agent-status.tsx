import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { startAgent } from '#contract/app'
import { call } from '../../call.ts'
import { Button } from '../../components/button.tsx'
import { errorText } from '../../copy/i18n.ts'
import { useAgent } from '../../store/agent-store.ts'

/** Whether the agent answers, always in sight, with the way to bring it back. */
export function AgentStatus(): ReactNode {
  const { t } = useTranslation()
  const { state } = useAgent(({ link }) => link)
  return (
    <div className="agent" data-state={state} title={t(`shell.agent.${state}`)}>
      <div className="agent-line" role="status">
        <span className="agent-dot" aria-hidden="true" />
        <span className="sidebar-words">{t(`shell.agent.${state}`)}</span>
      </div>
      {state === 'lost' && <StartAgentButton />}
    </div>
  )
}

export function StartAgentButton(): ReactNode {
  const { t } = useTranslation()
  const [starting, setStarting] = useState(false)
  const start = (): void => {
    setStarting(true)
    call(startAgent, {})
      .catch((error: unknown) => toast.error(errorText(error)))
      .finally(() => setStarting(false))
  }
  return (
    <Button size="small" disabled={starting} onClick={start}>
      {starting ? t('shell.agent.starting') : t('common.remedy.startAgent')}
    </Button>
  )
}

/** What is below may be out of date, and why nothing can be done with it now. */
export function StaleBanner(): ReactNode {
  const { t } = useTranslation()
  const shown = useAgent(({ stale, link }) => stale && link.state === 'lost')
  if (!shown) return null
  return (
    <div className="notice stale" data-tone="warn">
      <TriangleAlert aria-hidden="true" />
      <div className="notice-body">
        <p className="notice-title">{t('shell.agent.staleTitle')}</p>
        <p>{t('shell.agent.staleText')}</p>
      </div>
    </div>
  )
}
