import {
  Copy,
  Ellipsis,
  Gauge,
  Info,
  OctagonX,
  PackageOpen,
  Pause,
  Play,
  RotateCw,
  Square,
  SquareTerminal,
  Trash2,
  Waypoints,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import { act, openShell } from '../../actions/sandbox-actions.ts'
import { IconButton } from '../../components/button.tsx'
import { copyToClipboard } from '../../components/copy-button.tsx'
import { Menu, type MenuItem } from '../../components/menu.tsx'
import { canDo, type SandboxVerb } from '../../model/sandbox-abilities.ts'
import { agentStore, useIsLive } from '../../store/agent-store.ts'
import { openExport } from '../../store/archive-store.ts'
import { planChange } from '../../store/change-class-store.ts'
import { terminalsOf } from '../../store/terminal-slice.ts'
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
  const [, navigate] = useLocation()
  return (verb) => {
    if (verb === 'remove') return ask(removeQuestion([sandbox], onRemoved))
    if (verb === 'kill') return ask(killQuestion(sandbox))
    if (verb === 'changeClass') return planChange(sandbox.id, suggestClass(sandbox.class))
    if (verb !== 'openTerminal') return void act(verb, sandbox)
    const open = terminalsOf(agentStore.getState().terminals, sandbox.id).some(({ state }) => state === 'running')
    if (!open) void openShell(sandbox)
    navigate(`/sandboxes/${sandbox.id}/terminal`)
  }
}

interface Props {
  readonly sandbox: Sandbox
  /** In the header of a sandbox's own page: no way to that page, and the page is left when it is removed. */
  readonly place?: 'list' | 'header'
  readonly onRemoved?: () => void
}

/** What can be done with a sandbox now: the frequent as buttons, everything in the menu. */
export function RowActions({ sandbox, place = 'list', onRemoved }: Props): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const run = useVerbs(sandbox, onRemoved)
  const { name } = sandbox
  const disabledReason = live ? undefined : t('shell.agent.disabled')
  const always: readonly SandboxVerb[] = place === 'list' ? ['openTerminal', 'remove'] : ['remove']
  const shown = (['start', 'stop', 'resume', 'pause', ...always] as const).filter((verb) => canDo(verb, sandbox))
  return (
    <div className="row-actions">
      {shown.map((verb) => (
        <IconButton
          key={verb}
          size={place === 'list' ? 'small' : 'normal'}
          label={t(`sandboxes.verb.${verb}`, { name })}
          hint={t(`sandboxes.menuVerb.${verb}`)}
          disabledReason={disabledReason}
          onClick={() => run(verb)}
        >
          {icons[verb]}
        </IconButton>
      ))}
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
    onSelect: () => navigate(`/sandboxes/${id}/details`),
  }
  const isolation: MenuItem = {
    ...{ key: 'isolation', label: t('sandboxes.menuVerb.isolation'), icon: <Waypoints /> },
    onSelect: () => navigate(`/sandboxes/${id}/isolation`),
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
        [
          ...possible('changeClass'),
          ...(place === 'list' ? [...possible('openTerminal'), isolation, details] : []),
          exportIt,
          copyId,
        ],
        possible('kill', 'remove'),
      ]}
    />
  )
}
