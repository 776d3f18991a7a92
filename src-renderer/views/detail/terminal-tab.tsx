import { AArrowDown, AArrowUp, Ear, Keyboard, Plus, SquareTerminal } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { openShell } from '../../actions/sandbox-actions.ts'
import { closeWithCare } from '../../actions/terminal-actions.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { canDo } from '../../model/sandbox-abilities.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { changeSettings, useSettings } from '../../store/settings.ts'
import { chooseTerminal, dropLostTerminal } from '../../store/terminals-store.ts'
import { openKeys } from '../../store/ui-store.ts'
import { focusTerminal } from '../../terminal/screens.ts'
import { zoom } from '../../terminal/terminal-input.ts'
import type { TerminalsKey } from '../../terminal/terminal-keys.ts'
import { TerminalView } from '../../terminal/terminal-view.tsx'
import { type NamedTerminal, useSandboxTerminals } from './sandbox-terminals.ts'
import { TerminalTabs } from './terminal-tabs.tsx'

/** The terminals of a sandbox as tabs. They are the agent's: leaving this page leaves them running. */
export function TerminalTab({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const root = useRef<HTMLDivElement>(null)
  const { named, active } = useSandboxTerminals(sandbox, t('detail.terminal.main'))
  const { canOpen, open, again, canClose, close } = useTerminalActions(sandbox, active)
  const onKey = (key: TerminalsKey): void => {
    if (key === 'leave') root.current?.querySelector<HTMLElement>('.terminal-tab[data-active="true"]')?.focus()
    else if (key === 'newTerminal') open()
    else if (key === 'closeTerminal') close(active)
    else chooseBy(named, { active, step: key === 'nextTerminal' ? 1 : -1 })
  }
  const choose = (id: string): void => {
    const chosen = named.find(({ terminal }) => terminal.id === id)
    if (chosen) chooseTerminal(chosen.terminal)
  }
  return (
    <Tabs.Root
      ref={root}
      className="tabs"
      data-own-keys
      value={active?.terminal.id ?? ''}
      onValueChange={choose}
      activationMode="manual"
    >
      <div className="terminal-bar">
        <TerminalTabs named={named} active={active} canClose={canClose} onClose={close} />
        <NewButton canOpen={canOpen} onOpen={open} />
        <TerminalTools />
      </div>
      {named.map((each) => (
        <Tabs.Content
          key={each.terminal.id}
          value={each.terminal.id}
          className="tab-panel"
          forceMount
          tabIndex={-1}
          hidden={each !== active}
        >
          <TerminalView
            terminal={each.terminal}
            label={each.title}
            shown={each === active}
            paused={sandbox.state === 'paused'}
            lost={each.lost}
            onAgain={canOpen && each.terminal.kind === 'exec' ? () => again(each) : undefined}
            onTerminalsKey={onKey}
          />
        </Tabs.Content>
      ))}
      {named.length === 0 && <NoTerminals onOpen={canOpen ? open : null} />}
    </Tabs.Root>
  )
}

/** What can be done with the terminals of a sandbox, and whether it can be now. */
function useTerminalActions(sandbox: Sandbox, active: NamedTerminal | undefined) {
  const live = useIsLive()
  const canOpen = live && canDo('openTerminal', sandbox)
  const openWith = async (argv?: readonly string[]): Promise<void> => {
    const opened = await openShell(sandbox, argv)
    if (opened) chooseTerminal(opened)
  }
  const end = ({ terminal, title, lost }: NamedTerminal): void => {
    if (lost) dropLostTerminal(terminal.id)
    else void closeWithCare(terminal.id, { title, name: sandbox.name })
  }
  const canClose = ({ terminal, lost }: NamedTerminal): boolean => lost || (live && !isMainOfRunning(terminal, sandbox))
  return {
    canOpen,
    open: () => void (canOpen && openWith()),
    again(ended: NamedTerminal): void {
      void openWith(ended.terminal.argv)
      end(ended)
    },
    canClose,
    close(closed: NamedTerminal | undefined): void {
      if (!closed || !canClose(closed)) return
      // The tab that is closed may have the focus, which would be nowhere without it.
      if (active && closed !== active) focusTerminal(active.terminal.id)
      end(closed)
    },
  }
}

/** The one after or before the active one, in a ring. */
function chooseBy(
  named: readonly NamedTerminal[],
  { active, step }: { readonly active: NamedTerminal | undefined; readonly step: number },
): void {
  const next = named.at((named.findIndex((each) => each === active) + step) % named.length)
  if (next) chooseTerminal(next.terminal)
}

/** It ends with the sandbox and not before. */
function isMainOfRunning({ kind }: NamedTerminal['terminal'], { state }: Sandbox): boolean {
  return kind === 'main' && (state === 'running' || state === 'paused')
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
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // What was just closed had the focus.
    if (document.activeElement === document.body) button.current?.focus()
  }, [])
  return (
    <EmptyState
      title={t('detail.terminal.emptyTitle')}
      text={t('detail.terminal.emptyText')}
      picture={<SquareTerminal size={52} strokeWidth={1.25} />}
    >
      {onOpen && (
        <Button ref={button} kind="primary" onClick={onOpen}>
          {t('detail.terminal.open')}
        </Button>
      )}
    </EmptyState>
  )
}

function TerminalTools(): ReactNode {
  const { t } = useTranslation()
  const screenReader = useSettings((settings) => settings.screenReader)
  return (
    <div className="terminal-bar-tools">
      <IconButton size="small" label={t('detail.terminal.keys')} onClick={openKeys}>
        <Keyboard />
      </IconButton>
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
