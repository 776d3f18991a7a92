import { ExternalLink, ScrollText } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { portText } from '#contract/port-text'
import type { Sandbox } from '#contract/sandbox'
import { sentenceOfExit } from '#contract/say-exit'
import { showLog } from '../../actions/dock-actions.ts'
import { Button } from '../../components/button.tsx'
import { saidText } from '../../copy/i18n.ts'
import { formatMoment } from '../../model/locale.ts'
import { useLog } from '../logs/use-log.ts'
import { Fact, FactsCard } from './facts-card.tsx'

interface Props {
  readonly sandbox: Sandbox
}

/** What one wants to know of a sandbox at a glance: how it is, where it is reached, what it said last. */
export function OverviewCards({ sandbox }: Props): ReactNode {
  return (
    <div className="facts overview">
      <Course sandbox={sandbox} />
      <Ports sandbox={sandbox} />
      <LatestLines sandbox={sandbox} />
    </div>
  )
}

/** When it began, how often, how it is and how it last ended. */
function Course({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const { createdAt, startedAt, exit, health, restarts, restartsAt } = sandbox
  return (
    <FactsCard title={t('detail.overview.course')}>
      <dl>
        <Fact name={t('detail.facts.created')}>{formatMoment(createdAt)}</Fact>
        <Fact name={t('detail.facts.started')}>
          {startedAt === null ? t('detail.overview.never') : formatMoment(startedAt)}
        </Fact>
        {health !== null && <Fact name={t('detail.overview.health')}>{t(`sandboxes.health.${health}`)}</Fact>}
        {restarts > 0 && <Fact name={t('detail.overview.restarts')}>{restarts}</Fact>}
        {restartsAt !== null && <Fact name={t('detail.overview.again')}>{formatMoment(restartsAt)}</Fact>}
        {exit && (
          <Fact name={t('detail.overview.lastEnd')}>
            {t('detail.overview.endedAt', { how: saidText(sentenceOfExit(exit)), when: formatMoment(exit.at) })}
          </Fact>
        )}
      </dl>
    </FactsCard>
  )
}

function Ports({ sandbox: { ports, state } }: Props): ReactNode {
  const { t } = useTranslation()
  if (ports.length === 0) return null
  return (
    <FactsCard title={t('detail.facts.ports')}>
      <ul className="overview-ports">
        {ports.map(({ hostPort, guestPort, protocol }) => {
          const host = `127.0.0.1:${hostPort}`
          const pair = t('detail.facts.portPair', { host, guest: portText(guestPort, protocol) })
          return (
            <li key={portText(hostPort, protocol)}>
              <code>{pair}</code>
              {protocol === undefined && (
                <Button
                  size="small"
                  aria-label={t('detail.overview.openPort', { host })}
                  disabled={state !== 'running'}
                  onClick={() => window.open(`http://${host}/`, '_blank', 'noopener')}
                >
                  <ExternalLink aria-hidden="true" />
                  {t('detail.overview.open')}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
    </FactsCard>
  )
}

const shownLines = 8

function LatestLines({ sandbox }: Props): ReactNode {
  const { t } = useTranslation()
  const { lines } = useLog(sandbox.id, sandbox.startedAt, shownLines)
  const all = (
    <Button size="small" onClick={() => showLog(sandbox)}>
      <ScrollText aria-hidden="true" />
      {t('detail.overview.wholeLog')}
    </Button>
  )
  return (
    <FactsCard title={t('detail.overview.latest')} tools={all}>
      {lines.length === 0 ? (
        <p className="overview-none">{t('logs.empty')}</p>
      ) : (
        <pre className="overview-lines" tabIndex={0} aria-label={t('detail.overview.latest')}>
          {lines
            .slice(-shownLines)
            .map(({ text }) => text)
            .join('\n')}
        </pre>
      )}
    </FactsCard>
  )
}
