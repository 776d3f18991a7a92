import { Play, ScrollText } from 'lucide-react'
import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import { sentenceOfExit } from '#contract/say-exit'
import { showLog } from '../../actions/dock-actions.ts'
import { act } from '../../actions/sandbox-actions.ts'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { saidText } from '../../copy/i18n.ts'
import { canDo, toneOf } from '../../model/sandbox-abilities.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { FilesTab } from '../files/files-tab.tsx'
import { IsolationTab } from '../isolation/isolation-tab.tsx'
import { RowActions } from '../sandboxes/row-actions.tsx'
import { Page } from '../shell/page.tsx'
import { SnapshotsTab } from '../snapshots/snapshots-tab.tsx'
import { DetailHeading } from './detail-heading.tsx'
import { FactsTab } from './facts-tab.tsx'
import { OverviewCards } from './overview-cards.tsx'
import { UsageTab } from './usage-tab.tsx'
import './detail.css'
import { formatMoment } from '../../model/locale.ts'

const tabs = ['overview', 'files', 'snapshots', 'isolation', 'settings'] as const
type Tab = (typeof tabs)[number]

interface Props {
  readonly id: string
  readonly tab: string | undefined
}

export function DetailPage({ id, tab }: Props): ReactNode {
  const { t } = useTranslation()
  const sandbox = useAgent(({ sandboxes }) => sandboxes.get(id))
  const known = useAgent(({ seq }) => seq !== null)
  if (sandbox) return <SandboxDetail key={id} sandbox={sandbox} tab={tabs.find((each) => each === tab)} />
  return (
    <Page title={t('sandboxes.title')} back="/sandboxes">
      {known ? (
        <EmptyState title={t('shell.notFound.title')} text={t('shell.notFound.text')} />
      ) : (
        <Skeleton label={t('sandboxes.loading')} rows={5} rowHeight={42} />
      )}
    </Page>
  )
}

function SandboxDetail({ sandbox, tab }: { readonly sandbox: Sandbox; readonly tab: Tab | undefined }): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const { id, name } = sandbox
  const shown = tab ?? 'overview'
  const leave = (): void => navigate('/sandboxes')
  return (
    <Page
      title={name}
      heading={<DetailHeading sandbox={sandbox} />}
      back="/sandboxes"
      tools={<RowActions sandbox={sandbox} place="header" onRemoved={leave} />}
    >
      <ExitBar sandbox={sandbox} />
      <Tabs.Root
        className="tabs"
        value={shown}
        onValueChange={(next) => navigate(`/sandboxes/${id}/${next}`, { replace: true })}
      >
        <Tabs.List className="tab-list" aria-label={t('detail.tabsLabel', { name })}>
          {tabs.map((each) => (
            <Tabs.Trigger key={each} value={each} className="tab">
              {t(`detail.tabs.${each}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="overview" className="tab-panel">
          <OverviewCards sandbox={sandbox} />
          <UsageTab sandbox={sandbox} />
        </Tabs.Content>
        <Tabs.Content value="files" className="tab-panel" tabIndex={-1}>
          <FilesTab sandbox={sandbox} />
        </Tabs.Content>
        <Tabs.Content value="snapshots" className="tab-panel" tabIndex={-1}>
          <SnapshotsTab sandbox={sandbox} />
        </Tabs.Content>
        <Tabs.Content value="isolation" className="tab-panel" tabIndex={-1}>
          <IsolationTab sandbox={sandbox} />
        </Tabs.Content>
        <Tabs.Content value="settings" className="tab-panel">
          <FactsTab sandbox={sandbox} />
        </Tabs.Content>
      </Tabs.Root>
    </Page>
  )
}

/** Why it does not run, and the way to start it again. */
function ExitBar({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const { state, exit } = sandbox
  if (state !== 'stopped' && state !== 'created') return null
  const ended = exit ? saidText(sentenceOfExit(exit)) : t('detail.stopped.plain')
  const text = state === 'created' ? t('detail.stopped.never') : ended
  return (
    <section className="exit-bar" data-tone={toneOf(sandbox)} aria-label={t('detail.stopped.title')}>
      <p>
        {text} {exit && <span className="exit-when">{t('detail.stopped.at', { when: formatMoment(exit.at) })}</span>}
      </p>
      <Button onClick={() => showLog(sandbox)}>
        <ScrollText aria-hidden="true" />
        {t('detail.stopped.log')}
      </Button>
      <Button disabled={!live || !canDo('start', sandbox)} onClick={() => void act('start', sandbox)}>
        <Play aria-hidden="true" />
        {t('detail.stopped.start')}
      </Button>
    </section>
  )
}
