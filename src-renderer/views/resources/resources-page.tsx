import { RefreshCw } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { examine, useHost } from '../../store/host-store.ts'
import { diskStore } from '../../store/resources-stores.ts'
import { FindingRow } from '../host/finding-row.tsx'
import { Page } from '../shell/page.tsx'
import { UsageView } from '../usage/usage-view.tsx'
import { DiskTable } from './disk-table.tsx'
import { TotalsTable } from './totals-table.tsx'
import '../host/host.css'
import '../sandboxes/sandboxes.css'
import './resources.css'

/** What this machine has and gives: over time, to whom, and on the disk. */
export function ResourcesPage(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  useEffect(() => {
    if (!live) return
    void diskStore.load(null, { keep: true })
    void examine()
  }, [live])
  const again = (): void => {
    void diskStore.load(null, { keep: true })
    void examine()
  }
  return (
    <Page
      title={t('resources.title')}
      tools={
        <Button disabled={!live} onClick={again}>
          <RefreshCw aria-hidden="true" />
          {t('resources.again')}
        </Button>
      }
    >
      <section aria-labelledby="resources-machine">
        <h2 id="resources-machine" className="section-title resources-title">
          {t('resources.machine')}
        </h2>
        <UsageView sandbox={null} others={[]} />
      </section>
      <TotalsTable />
      <DiskTable />
      <Findings />
    </Page>
  )
}

/** What the doctor says, the good news left out. */
function Findings(): ReactNode {
  const { t } = useTranslation()
  const host = useHost()
  if (host.kind !== 'ready') return null
  const issues = host.report.findings.filter(({ level }) => level !== 'ok')
  return (
    <section className="section" aria-labelledby="resources-findings">
      <h2 id="resources-findings" className="section-title">
        {t('host.findings')}
      </h2>
      <p className="section-text">
        {issues.length === 0
          ? t('host.allWell', { count: host.report.findings.length })
          : t('host.issues', { count: issues.length })}
      </p>
      <ul className="findings">
        {issues.map((finding) => (
          <FindingRow key={finding.id} finding={finding} />
        ))}
      </ul>
    </section>
  )
}
