import { SquareTerminal, X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { focusTerminal } from '../../terminal/screens.ts'
import type { NamedTerminal } from './sandbox-terminals.ts'

interface Props {
  readonly named: readonly NamedTerminal[]
  readonly active: NamedTerminal | undefined
  readonly canClose: (named: NamedTerminal) => boolean
  readonly onClose: (named: NamedTerminal) => void
}

/** A tab for each terminal. To press one is to go on typing in it. */
export function TerminalTabs({ named, active, canClose, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <Tabs.List className="terminal-tabs" aria-label={t('detail.terminal.tabs')}>
      {named.map((each) => (
        <TerminalHandle
          key={each.terminal.id}
          named={each}
          active={each === active}
          onClose={canClose(each) ? () => onClose(each) : null}
        />
      ))}
    </Tabs.List>
  )
}

interface HandleProps {
  readonly named: NamedTerminal
  readonly active: boolean
  /** Null where it cannot be closed. */
  readonly onClose: (() => void) | null
}

function TerminalHandle({ named: { terminal, title, lost }, active, onClose }: HandleProps): ReactNode {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete') onClose?.()
  }
  const onAuxClick = (event: MouseEvent): void => {
    if (event.button === 1) onClose?.()
  }
  return (
    <Tabs.Trigger asChild value={terminal.id}>
      <button
        type="button"
        className="terminal-tab"
        title={title}
        data-active={active}
        data-ended={lost || terminal.state === 'exited'}
        aria-keyshortcuts={onClose ? 'Delete' : undefined}
        onClick={() => focusTerminal(terminal.id)}
        onKeyDown={onKeyDown}
        onAuxClick={onAuxClick}
      >
        <SquareTerminal aria-hidden="true" />
        <span className="truncate">{title}</span>
        {onClose && <CloseMark title={title} onClose={onClose} />}
      </button>
    </Tabs.Trigger>
  )
}

/** For the mouse alone: a button within a tab cannot be reached by screen readers, for whom Delete closes the tab. */
function CloseMark({ title, onClose }: { readonly title: string; readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation()
  const close = (event: MouseEvent): void => {
    event.stopPropagation()
    onClose()
  }
  // Without this the press would choose the tab, and take the focus from where it is.
  const keepFocus = (event: MouseEvent): void => {
    event.stopPropagation()
    event.preventDefault()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Delete on the tab does the same
    <span
      className="terminal-tab-close"
      aria-hidden="true"
      title={t('detail.terminal.close', { title })}
      onMouseDown={keepFocus}
      onClick={close}
    >
      <X />
    </span>
  )
}
