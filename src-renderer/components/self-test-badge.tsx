import { ShieldAlert, ShieldCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import { formatDuration } from '../model/duration.ts'
import { useNow } from './use-now.ts'
import './badges.css'

/** When the isolation was last checked from inside, and with which result. Leads to the report. */
export function SelfTestBadge({ sandbox }: { readonly sandbox: Pick<Sandbox, 'id' | 'selfTest'> }): ReactNode {
  const { t } = useTranslation()
  const now = useNow()
  const { id, selfTest } = sandbox
  if (selfTest === null) return null
  const { passed, failed, at } = selfTest
  const words = { ago: formatDuration(now - Date.parse(at)), passed, count: passed + failed }
  return (
    <Link
      className="test-badge"
      data-tone={failed > 0 ? 'bad' : 'good'}
      to={`/sandboxes/${id}/isolation`}
      aria-label={t('selfTest.badgeLabel', words)}
      title={t('selfTest.badgeLabel', words)}
    >
      {failed > 0 ? <ShieldAlert aria-hidden="true" /> : <ShieldCheck aria-hidden="true" />}
      <span className="test-badge-words">{t('selfTest.badge', words)}</span>
    </Link>
  )
}
