import { AArrowDown, AArrowUp, Ear, Plus, SquareTerminal, X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { closeTerminal, type Terminal, type TerminalId } from '#contract/terminal'
import { toastError } from '../../actions/remedies.ts'
import { openShell } from '../../actions/sandbox-actions.ts'
import { call } from '../../call.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { toSafeTitle } from '../../model/plain-text.ts'
import { canDo } from '../../model/sandbox-abilities.ts'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { changeSettings, useSettings } from '../../store/settings.ts'
import { terminalsOf } from '../../store/terminal-slice.ts'
import { ask } from '../../store/ui-store.ts'
import { zoom } from '../../terminal/terminal-input.ts'
import { TerminalView } from '../../terminal/terminal-view.tsx'

/** The terminals of a sandbox as tabs. They are the agent's: leaving this page leaves them running. */
export function TerminalTab({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const all = useAgent((state) => state.terminals)
  const terminals = terminalsOf(all, sandbox.id)
  const [chosen, setChosen] = useState<TerminalId | null>(null)
  const [titles, setTitles] = useState<ReadonlyMap<TerminalId, string>>(new Map())
  const active = terminals.find(({ id }) => id === chosen) ?? terminals[0]
  const canOpen = live && canDo('openTerminal', sandbox)
  const open = async (): Promise<void> => {
    const opened = await openShell(sandbox)
    if (opened) setChosen(opened.id)
  }
  const titleOf = (terminal: Terminal): string =>
    terminal.kind === 'main' ? t('detail.terminal.main') : titles.get(terminal.id) || toSafeTitle(terminal.title)
  return (
    <Tabs.Root className="tabs" value={active?.id ?? ''} onValueChange={setChosen} activationMode="manual">
      <div className="terminal-bar">
        <Tabs.List className="terminal-tabs" aria-label={t('detail.terminal.tabs')}>
          {terminals.map((terminal) => (
            <TerminalHandle
              key={terminal.id}
              terminal={terminal}
              title={titleOf(terminal)}
              active={terminal === active}
            />
          ))}
        </Tabs.List>
        {active && <CloseButton sandbox={sandbox} terminal={active} title={titleOf(active)} />}
        <NewButton canOpen={canOpen} onOpen={() => void open()} />
        <TerminalTools />
      </div>
      {terminals.map((terminal) => (
        <Tabs.Content
          key={terminal.id}
          value={terminal.id}
          className="tab-panel"
          forceMount
          tabIndex={-1}
          hidden={terminal !== active}
        >
          <TerminalView
            terminal={terminal}
            label={titleOf(terminal)}
            shown={terminal === active}
            paused={sandbox.state === 'paused'}
            onTitle={(title) => setTitles((before) => new Map(before).set(terminal.id, title))}
          />
        </Tabs.Content>
      ))}
      {terminals.length === 0 && <NoTerminals onOpen={canOpen ? () => void open() : null} />}
    </Tabs.Root>
  )
}

function NewButton({ canOpen, onOpen }: { readonly canOpen: boolean; readonly onOpen: () => void }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  return (
    <IconButton
      size="small"
      label={t('detail.terminal.new')}
      disabledReason={canOpen ? undefined : t(live ? 'detail.usage.notRunning' : 'shell.agent.disabled')}
      onClick={onOpen}
    >
      <Plus />
    </IconButton>
  )
}

/** Without a button where none can be opened. */
function NoTerminals({ onOpen }: { readonly onOpen: (() => void) | null }): ReactNode {
  const { t } = useTranslation()
  return (
    <EmptyState
      title={t('detail.terminal.emptyTitle')}
      text={t('detail.terminal.emptyText')}
      picture={<SquareTerminal size={52} strokeWidth={1.25} />}
    >
      {onOpen && (
        <Button kind="primary" onClick={onOpen}>
          {t('detail.terminal.open')}
        </Button>
      )}
    </EmptyState>
  )
}

interface HandleProps {
  readonly terminal: Terminal
  readonly title: string
  readonly active: boolean
}

function TerminalHandle({ terminal, title, active }: HandleProps): ReactNode {
  return (
    <Tabs.Trigger asChild value={terminal.id}>
      <button type="button" className="terminal-tab" data-active={active} data-ended={terminal.state === 'exited'}>
        <SquareTerminal aria-hidden="true" />
        <span className="truncate">{title}</span>
      </button>
    </Tabs.Trigger>
  )
}

/** Outside of the tab list, because a button within a tab cannot be reached by screen readers. */
function CloseButton(props: {
  readonly sandbox: Sandbox
  readonly terminal: Terminal
  readonly title: string
}): ReactNode {
  const { sandbox, terminal, title } = props
  const { t } = useTranslation()
  const live = useIsLive()
  if (terminal.kind === 'main' && (sandbox.state === 'running' || sandbox.state === 'paused')) return null
  const label = t('detail.terminal.close', { title })
  const close = (): void => {
    call(closeTerminal, { id: terminal.id }).catch((error: unknown) => toastError(label, error))
  }
  const askFirst = (): void =>
    ask({
      title: t('detail.terminal.closeTitle'),
      text: t('detail.terminal.closeText'),
      confirm: t('detail.terminal.closeButton'),
      danger: true,
      onConfirm: close,
    })
  return (
    <IconButton
      size="small"
      label={label}
      disabledReason={live ? undefined : t('shell.agent.disabled')}
      onClick={terminal.state === 'running' ? askFirst : close}
    >
      <X />
    </IconButton>
  )
}

function TerminalTools(): ReactNode {
  const { t } = useTranslation()
  const screenReader = useSettings((settings) => settings.screenReader)
  return (
    <div className="terminal-bar-tools">
      <IconButton
        size="small"
        label={t('detail.terminal.screenReader')}
        aria-pressed={screenReader}
        onClick={() => changeSettings({ screenReader: !screenReader })}
      >
        <Ear />
      </IconButton>
      <IconButton size="small" label={t('detail.terminal.smaller')} onClick={() => zoom(-1)}>
        <AArrowDown />
      </IconButton>
      <IconButton size="small" label={t('detail.terminal.larger')} onClick={() => zoom(1)}>
        <AArrowUp />
      </IconButton>
    </div>
  )
}
