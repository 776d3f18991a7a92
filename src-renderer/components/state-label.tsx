import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { sentenceOfExit } from '#contract/say-exit'
import { saidText } from '../copy/i18n.ts'
import { endedBadly, type Tone, toneOf } from '../model/sandbox-abilities.ts'
import './badges.css'

type Props = { readonly sandbox: Pick<Sandbox, 'state' | 'exit' | 'restartsAt' | 'health' | 'pausedFor'> }

/** Shape, colour and word for a state, and in short how the last run ended. */
export function StateLabel({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const tone = toneOf(sandbox)
  const { state, exit, restartsAt, health, pausedFor } = sandbox
  return (
    <span
      className="state"
      data-tone={tone}
      title={state === 'stopped' && exit ? saidText(sentenceOfExit(exit)) : undefined}
    >
      <StateDot tone={tone} />
      <span className="state-words">{t(`sandboxes.state.${state}`)}</span>
      {state === 'stopped' && exit && endedBadly(exit) && (
        <span className="state-note">
          {exit.reason === 'exited'
            ? t('sandboxes.exitCode', { code: exit.code ?? '?' })
            : t(`sandboxes.exitReason.${exit.reason}`)}
        </span>
      )}
      {health !== null && (
        <span className="state-note" data-health={health}>
          {t(`sandboxes.health.${health}`)}
        </span>
      )}
      {pausedFor !== null && <span className="state-note">{t('sandboxes.pausedForRoom')}</span>}
      {restartsAt !== null && <span className="state-note">{t('sandboxes.startsAgain')}</span>}
    </span>
  )
}

function StateDot({ tone }: { readonly tone: Tone }): ReactNode {
  return (
    <svg className="state-dot" viewBox="0 0 12 12" fill="none" stroke="currentColor" aria-hidden="true">
      {tone === 'good' && (
        <>
          <circle cx="6" cy="6" r="5.5" fill="currentColor" opacity={0.22} stroke="none" />
          <circle cx="6" cy="6" r="3.2" fill="currentColor" stroke="none" />
        </>
      )}
      {tone === 'warn' && <path d="M4.2 2.5v7M7.8 2.5v7" strokeWidth={2} strokeLinecap="round" />}
      {tone === 'bad' && <path d="M3 3l6 6M9 3l-6 6" strokeWidth={1.8} strokeLinecap="round" />}
      {tone === 'busy' && <path d="M6 1.5a4.5 4.5 0 1 1-4.5 4.5" strokeWidth={1.7} strokeLinecap="round" />}
      {tone === 'quiet' && <circle cx="6" cy="6" r="3.4" strokeWidth={1.6} />}
    </svg>
  )
}
