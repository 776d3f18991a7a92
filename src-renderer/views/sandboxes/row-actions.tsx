import {
  Copy,
  Cpu,
  Ellipsis,
  Gauge,
  Info,
  OctagonX,
  PackageOpen,
  Pause,
  Play,
  RotateCw,
  ScrollText,
  Square,
  SquareTerminal,
  Trash2,
  Waypoints,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import { showConsole, showLog, showTerminals } from '../../actions/dock-actions.ts'
import { act } from '../../actions/sandbox-actions.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { copyToClipboard } from '../../components/copy-button.tsx'
import { Menu, type MenuItem } from '../../components/menu.tsx'
import { canDo, type SandboxVerb } from '../../model/sandbox-abilities.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { openExport } from '../../store/archive-store.ts'
import { planChange } from '../../store/change-class-store.ts'
import { ask } from '../../store/ui-store.ts'
import { suggestClass } from '../change-class/suggest-class.ts'
import { killQuestion, removeQuestion } from './questions.ts'

const icons: Readonly<Record<SandboxVerb, ReactNode>> = {
  start: <Play />,
  stop: <Square className="icon-filled" />,
  restart: <RotateCw />,
  pause: <Pause />,
  resume: <Play />,
  kill: <OctagonX />,
  remove: <Trash2 />,
  openTerminal: <SquareTerminal />,
  changeClass: <Gauge />,
}

/** How each verb is done from a list or header; removal and killing are asked about first. */
function useVerbs(sandbox: Sandbox, onRemoved?: () => void): (verb: SandboxVerb) => void {
  return (verb) => {
    if (verb === 'remove') return ask(removeQuestion([sandbox], onRemoved))
    if (verb === 'kill') return ask(killQuestion(sandbox))
    if (verb === 'changeClass') return planChange(sandbox.id, suggestClass(sandbox.class))
    if (verb === 'openTerminal') return void showTerminals(sandbox)
    void act(verb, sandbox)
  }
}

interface Props {
  readonly sandbox: Sandbox
  /** In the header of a sandbox's own page: no way to that page, and the page is left when it is removed. */
  readonly place?: 'list' | 'header'
  readonly onRemoved?: () => void
}

const rowVerbs = ['start', 'stop', 'resume', 'pause', 'openTerminal', 'remove'] as const
/** What is wanted of a sandbox most, by what it can do. */
const mainVerbs = ['openTerminal', 'resume', 'start'] as const

/** What can be done with a sandbox now: the frequent as buttons, everything in the menu. */
export function RowActions({ sandbox, place = 'list', onRemoved }: Props): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const run = useVerbs(sandbox, onRemoved)
  const { name } = sandbox
  const disabledReason = live ? undefined : t('shell.agent.disabled')
  const shown = (place === 'list' ? rowVerbs : []).filter((verb) => canDo(verb, sandbox))
  const primary = place === 'list' ? undefined : mainVerbs.find((verb) => canDo(verb, sandbox))
  return (
    <div className="row-actions">
      {shown.map((verb) => (
        <IconButton
          key={verb}
          size="small"
          label={t(`sandboxes.verb.${verb}`, { name })}
          hint={t(`sandboxes.menuVerb.${verb}`)}
          disabledReason={disabledReason}
          onClick={() => run(verb)}
        >
          {icons[verb]}
        </IconButton>
      ))}
      {primary && (
        <Button
          kind="primary"
          aria-label={t(`sandboxes.verb.${primary}`, { name })}
          disabled={!live}
          title={disabledReason}
          onClick={() => run(primary)}
        >
          {icons[primary]}
          <span className="primary-words">{t(`sandboxes.primary.${primary}`)}</span>
        </Button>
      )}
      <MoreMenu sandbox={sandbox} place={place} live={live} run={run} />
    </div>
  )
}

interface MoreProps {
  readonly sandbox: Sandbox
  readonly place: 'list' | 'header'
  readonly live: boolean
  readonly run: (verb: SandboxVerb) => void
}

function MoreMenu({ sandbox, place, live, run }: MoreProps): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const { id, name } = sandbox
  const toItem = (verb: SandboxVerb): MenuItem => ({
    ...{ key: verb, label: t(`sandboxes.menuVerb.${verb}`), icon: icons[verb] },
    danger: verb === 'remove' || verb === 'kill',
    ...{ disabled: !live, onSelect: () => run(verb) },
  })
  const possible = (...verbs: readonly SandboxVerb[]): MenuItem[] =>
    verbs.filter((verb) => canDo(verb, sandbox)).map(toItem)
  const details: MenuItem = {
    ...{ key: 'details', label: t('sandboxes.menuVerb.details'), icon: <Info /> },
    onSelect: () => navigate(`/sandboxes/${id}/settings`),
  }
  const isolation: MenuItem = {
    ...{ key: 'isolation', label: t('sandboxes.menuVerb.isolation'), icon: <Waypoints /> },
    onSelect: () => navigate(`/sandboxes/${id}/isolation`),
  }
  const log: MenuItem = {
    ...{ key: 'log', label: t('sandboxes.menuVerb.log'), icon: <ScrollText />, onSelect: () => showLog(sandbox) },
  }
  // Only a micro-VM has a kernel whose words could be shown.
  const kernel: MenuItem = {
    ...{ key: 'console', label: t('sandboxes.menuVerb.console'), icon: <Cpu />, onSelect: () => showConsole(sandbox) },
  }
  const copyId: MenuItem = {
    ...{ key: 'copy', label: t('sandboxes.menuVerb.copyId'), icon: <Copy /> },
    onSelect: () => void copyToClipboard(id, t('common.copyFailed')),
  }
  const exportIt: MenuItem = {
    ...{ key: 'export', label: t('archives.export.action'), icon: <PackageOpen />, disabled: !live },
    onSelect: () => openExport(`sandbox:${id}`, name),
  }
  return (
    <Menu
      trigger={
        <IconButton
          size={place === 'list' ? 'small' : 'normal'}
          label={t('sandboxes.moreFor', { name })}
          hint={t('common.more')}
        >
          <Ellipsis />
        </IconButton>
      }
      groups={[
        possible('start', 'stop', 'restart', 'pause', 'resume'),
        [...possible('openTerminal'), log, ...(sandbox.class === 'microvm' ? [kernel] : [])],
        [...possible('changeClass'), ...(place === 'list' ? [isolation, details] : []), exportIt, copyId],
        possible('kill', 'remove'),
      ]}
    />
  )
}
