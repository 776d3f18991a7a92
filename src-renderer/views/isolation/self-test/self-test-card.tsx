import { CircleCheck, CircleMinus, CircleX, ShieldCheck } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { countForgeable, type ProbeResult, type SelfTestReport, sentencesOfProbe } from '#contract/selftest'
import { applyRemedy } from '../../../actions/remedies.ts'
import { Button } from '../../../components/button.tsx'
import { ErrorNotice } from '../../../components/error-notice.tsx'
import { Progress } from '../../../components/progress.tsx'
import { SelfTestBadge } from '../../../components/self-test-badge.tsx'
import { Checkbox } from '../../../components/toggles.tsx'
import { saidText } from '../../../copy/i18n.ts'
import { formatMilliseconds } from '../../../model/estimate.ts'
import { useIsLive } from '../../../store/agent-store.ts'
import { loadSelfTest, startSelfTest, useSelfTest } from '../../../store/self-test-store.ts'
import { countResults, groupResults } from './probe-groups.ts'

/** The latest self-test of a sandbox, and the way to run another. */
export function SelfTestCard({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const { id, state, selfTest } = sandbox
  const { report, running, error } = useSelfTest(id)
  const checkedAt = selfTest?.at
  useEffect(() => {
    void loadSelfTest(id)
    // A check by schedule or from the command line brings a new report.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id, checkedAt])
  const run = (): void => void startSelfTest(id)
  return (
    <section className="isolation-card self-test" aria-labelledby="self-test-title">
      <header className="card-head">
        <div>
          <h2 id="self-test-title">{t('selfTest.title')}</h2>
          <p className="panel-note">{t('selfTest.text')}</p>
        </div>
        <Button disabled={!live || running || state !== 'running'} onClick={run}>
          <ShieldCheck aria-hidden="true" />
          {t(running ? 'selfTest.running' : report ? 'selfTest.again' : 'selfTest.run')}
        </Button>
      </header>
      {running && <Progress label={t('selfTest.running')} value={null} />}
      {error && (
        <ErrorNotice title={t('selfTest.error')} error={error} onRemedy={(remedy) => applyRemedy(remedy, run)} />
      )}
      {report === null && (
        <p className="panel-note">
          {t('selfTest.never')} {state !== 'running' && t('selfTest.needsRunning')}
        </p>
      )}
      {report && <Report sandbox={sandbox} report={report} />}
    </section>
  )
}

interface ReportProps {
  readonly sandbox: Sandbox
  readonly report: SelfTestReport
}

function Report({ sandbox, report }: ReportProps): ReactNode {
  const { t } = useTranslation()
  const inside = countForgeable(report.results)
  const [onlyFailed, setOnlyFailed] = useState(false)
  const { passed, failed, notApplicable } = countResults(report.results)
  const shown = onlyFailed ? report.results.filter(({ outcome }) => outcome === 'fail') : report.results
  return (
    <div className="report">
      <div className="report-head" role="status">
        <SelfTestBadge sandbox={{ id: sandbox.id, selfTest: { at: report.at, passed, failed, notApplicable } }} />
        <span className="panel-note">
          {t('selfTest.summary', { passed, count: passed + failed, notApplicable })}{' '}
          {inside > 0 && t('selfTest.forgeable', { inside, count: passed + failed })}{' '}
          {t('selfTest.took', {
            duration: formatMilliseconds(report.tookMs, t),
            engine: report.engine ?? report.class,
          })}
        </span>
        {failed > 0 && (
          <Checkbox showLabel label={t('selfTest.onlyFailed')} checked={onlyFailed} onChange={setOnlyFailed} />
        )}
      </div>
      {report.drift.length > 0 && <p className="report-drift">{t('selfTest.drift', { count: report.drift.length })}</p>}
      <div className="report-groups">
        {groupResults(shown).map(([group, results]) => (
          <ProbeGroup key={group} group={group} results={results} drift={report.drift} />
        ))}
      </div>
    </div>
  )
}

interface GroupProps {
  readonly group: ProbeResult['group']
  readonly results: readonly ProbeResult[]
  readonly drift: readonly string[]
}

/** Folded while all is well. */
function ProbeGroup({ group, results, drift }: GroupProps): ReactNode {
  const { t } = useTranslation()
  const { passed, failed } = countResults(results)
  return (
    <details className="probe-group" open={failed > 0}>
      <summary>
        {t(`selfTest.group.${group}`)}
        <span className="panel-count" data-tone={failed > 0 ? 'bad' : passed > 0 ? 'good' : 'none'}>
          {passed + failed === 0
            ? t('selfTest.groupNone')
            : t('selfTest.groupCount', { passed, count: passed + failed })}
        </span>
      </summary>
      <ul>
        {results.map((result) => (
          <Probe key={result.id} result={result} drifted={drift.includes(result.id)} />
        ))}
      </ul>
    </details>
  )
}

const outcomeIcons = {
  pass: <CircleCheck aria-hidden="true" />,
  fail: <CircleX aria-hidden="true" />,
  notApplicable: <CircleMinus aria-hidden="true" />,
} as const

function Probe({ result, drifted }: { readonly result: ProbeResult; readonly drifted: boolean }): ReactNode {
  const { t } = useTranslation()
  const { outcome } = result
  const { title, detail } = sentencesOfProbe(result)
  return (
    <li className="probe" data-outcome={outcome}>
      {outcomeIcons[outcome]}
      <span>
        <span className="visually-hidden">{t(`selfTest.outcome.${outcome}`)}: </span>
        {saidText(title)}
        {drifted && <span className="probe-drift">{t('selfTest.driftMark')}</span>}
        <span className="panel-note probe-detail">{saidText(detail)}</span>
      </span>
    </li>
  )
}
