import { Gauge, RefreshCw } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassOffer, Finding } from '#contract/agent'
import { assertNever } from '#contract/assert-never'
import { formatBytes } from '#contract/byte-size'
import { measureClassesNow } from '../../actions/measure-actions.ts'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { ClassIcon } from '../../components/class-badge.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { useAgent } from '../../store/agent-store.ts'
import { useWindowProcess } from '../../store/app-store.ts'
import { loadClasses, useClasses, useMeasuring } from '../../store/classes-store.ts'
import { examine, type HostModel, type HostReport, useHost } from '../../store/host-store.ts'
import { Page } from '../shell/page.tsx'
import { ClassProfileCard } from './class-profile-card.tsx'
import { FindingRow } from './finding-row.tsx'
import { SettingsSection } from './settings-section.tsx'
import { WindowSection } from './window-section.tsx'
import './host.css'

export function HostPage(): ReactNode {
  const { t } = useTranslation()
  const host = useHost()
  const linkState = useAgent(({ link }) => link.state)
  useEffect(() => {
    if (linkState !== 'live') return
    void examine()
    void loadClasses()
  }, [linkState])
  const again = (): void => {
    void examine()
    void loadClasses()
  }
  const checking = host.kind === 'ready' && host.checking
  return (
    <Page
      title={t('host.title')}
      tools={
        <Button disabled={checking || linkState !== 'live'} onClick={again}>
          <RefreshCw aria-hidden="true" />
          {checking ? t('host.checking') : t('host.again')}
        </Button>
      }
    >
      <HostView model={host} />
      <WindowSection />
    </Page>
  )
}

function HostView({ model }: { readonly model: HostModel }): ReactNode {
  const { t } = useTranslation()
  switch (model.kind) {
    case 'loading':
      return <Skeleton label={t('host.loading')} rows={5} rowHeight={56} />
    case 'error':
      return (
        <div className="section">
          <ErrorNotice
            title={t('host.error')}
            error={model.error}
            onRemedy={(remedy) => applyRemedy(remedy, () => void examine())}
          />
        </div>
      )
    case 'ready':
      return <Report report={model.report} />
    default:
      return assertNever(model, 'host model')
  }
}

function Report({ report }: { readonly report: HostReport }): ReactNode {
  const { t } = useTranslation()
  const profiles = useClasses()
  const { findings, classes, cpus, memoryBytes } = report
  const issues = findings.filter(({ level }) => level !== 'ok').length
  return (
    <>
      <dl className="host-facts">
        <div>
          <dt>{t('host.cpus')}</dt>
          <dd>{cpus}</dd>
        </div>
        <div>
          <dt>{t('host.memory')}</dt>
          <dd>{formatBytes(memoryBytes)}</dd>
        </div>
        <WindowFact />
      </dl>
      <section className="section" aria-labelledby="host-classes">
        <h2 id="host-classes" className="section-title">
          {t('host.classes')}
        </h2>
        <p className="section-text">{t('host.classesText')}</p>
        {profiles.kind === 'ready' && <MeasureButton />}
        <div className="offers">
          {profiles.kind === 'ready'
            ? profiles.profiles.map((profile) => <ClassProfileCard key={profile.class} profile={profile} />)
            : classes.map((offer) => <Offer key={offer.class} offer={offer} />)}
        </div>
      </section>
      <SettingsSection />
      <section className="section" aria-labelledby="host-findings">
        <h2 id="host-findings" className="section-title">
          {t('host.findings')}
        </h2>
        <p className="section-text">
          {issues === 0 ? t('host.allWell', { count: findings.length }) : t('host.issues', { count: issues })}
        </p>
        <ul className="findings">
          {[...findings].sort(byWeight).map((finding) => (
            <FindingRow key={finding.id} finding={finding} />
          ))}
        </ul>
      </section>
    </>
  )
}

/** As whom this window runs, and how far its page is confined. */
function WindowFact(): ReactNode {
  const { t } = useTranslation()
  const window = useWindowProcess()
  if (window === null) return null
  return (
    <div>
      <dt>{t('host.window')}</dt>
      <dd>{t(window.isConfined ? 'host.windowConfined' : 'host.windowNotConfined', { uid: String(window.uid) })}</dd>
    </div>
  )
}

const weight: Readonly<Record<Finding['level'], number>> = { problem: 0, warning: 1, ok: 2 }

function byWeight(a: Finding, b: Finding): number {
  return weight[a.level] - weight[b.level]
}

function MeasureButton(): ReactNode {
  const { t } = useTranslation()
  const isMeasuring = useMeasuring()
  return (
    <Button
      size="small"
      aria-busy={isMeasuring}
      disabled={isMeasuring}
      title={t('host.measureHint')}
      onClick={() => void measureClassesNow()}
    >
      <Gauge aria-hidden="true" />
      {t(isMeasuring ? 'host.measuring' : 'host.measure')}
    </Button>
  )
}

function Offer({ offer }: { readonly offer: ClassOffer }): ReactNode {
  const { t } = useTranslation()
  return (
    <article className="offer" data-class={offer.class} data-available={offer.available}>
      <h3>
        <ClassIcon value={offer.class} />
        {t(`sandboxes.class.${offer.class}.name`)}
        <span className="offer-state">{t(offer.available ? 'host.available' : 'host.unavailable')}</span>
      </h3>
      <p>{t(`sandboxes.class.${offer.class}.short`)}</p>
      <p>{wordedText(offer.explanation, offer.explanationWording)}</p>
    </article>
  )
}
