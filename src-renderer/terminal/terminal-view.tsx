import type { Terminal as Screen } from '@xterm/xterm'
import { ArrowDown, ArrowUp, RotateCw, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Terminal } from '#contract/terminal'
import { Button, IconButton } from '../components/button.tsx'
import type { XtermScreen } from './create-screen.ts'
import type { TerminalsKey } from './terminal-keys.ts'
import { type TerminalPhase, useTerminal } from './use-terminal.ts'
import '@xterm/xterm/css/xterm.css'
import './terminal.css'

interface Props {
  readonly terminal: Terminal
  readonly label: string
  readonly shown: boolean
  readonly paused: boolean
  /** It ended with the agent that it belonged to; what it showed stays. */
  readonly lost?: boolean
  /** Opens another in its place, where that is possible. */
  readonly onAgain?: (() => void) | undefined
  readonly onTerminalsKey?: (key: TerminalsKey) => void
  /** Gets the screen once it is there, for what looks at several; what it returns undoes that. */
  readonly onScreen?: (screen: Screen) => () => void
}

/** One terminal: its screen, what is to be said about it below, and the search. */
export function TerminalView(props: Props): ReactNode {
  const { terminal, label, shown, paused, lost = false, onAgain, onTerminalsKey = null, onScreen } = props
  const { t } = useTranslation()
  const [finding, setFinding] = useState(false)
  const { hostRef, screen, phase } = useTerminal({
    ...{ id: terminal.id, shown, onFind: () => setFinding(true), onTerminalsKey },
  })
  const notifyScreen = useRef(onScreen)
  useEffect(() => {
    return screen ? notifyScreen.current?.(screen.terminal) : undefined
  }, [screen])
  const closeFind = (): void => {
    setFinding(false)
    screen?.search.clearDecorations()
    screen?.terminal.focus()
  }
  return (
    <section className="terminal" aria-label={t('detail.terminal.label', { title: label })} hidden={!shown}>
      {finding && screen && <FindBar screen={screen} onClose={closeFind} />}
      <div ref={hostRef} className="terminal-screen" />
      <Strip {...{ terminal, phase, paused, lost, onAgain }} />
    </section>
  )
}

interface StripProps {
  readonly terminal: Terminal
  readonly phase: TerminalPhase
  readonly paused: boolean
  readonly lost: boolean
  readonly onAgain: (() => void) | undefined
}

/** What is to be said about a terminal that cannot be used as it is, and the way to one that can. */
function Strip({ terminal, phase, paused, lost, onAgain }: StripProps): ReactNode {
  const { t } = useTranslation()
  const key = stripOf({ terminal, phase, paused, lost })
  if (key === null) return null
  const isOver = lost || terminal.state === 'exited'
  return (
    <div className="terminal-strip">
      <span role="status">{t(`detail.terminal.${key}`, { code: terminal.exitCode ?? '' })}</span>
      {isOver && onAgain && (
        <Button size="small" onClick={onAgain}>
          <RotateCw aria-hidden="true" />
          {t('detail.terminal.again')}
        </Button>
      )}
    </div>
  )
}

function stripOf({ terminal, phase, paused, lost }: Omit<StripProps, 'onAgain'>) {
  const { state, exitCode, kind } = terminal
  if (lost) return 'lost'
  if (state === 'exited') return exitCode === null ? 'exitedUnknown' : 'exited'
  // Only the main terminal is held by a process of its own; the others are the agent's.
  if (phase === 'disconnected') return kind === 'main' ? 'disconnected' : 'disconnectedOther'
  if (phase === 'connecting') return 'connecting'
  return paused ? 'paused' : null
}

function FindBar({ screen, onClose }: { readonly screen: XtermScreen; readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation()
  const [wanted, setWanted] = useState('')
  const [missing, setMissing] = useState(false)
  const find = (text: string, back: boolean): void => {
    const found = back ? screen.search.findPrevious(text) : screen.search.findNext(text)
    setMissing(text !== '' && !found)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter') find(wanted, !event.shiftKey)
  }
  return (
    <div className="terminal-find" role="search">
      <input
        // The bar opens because the person has just asked to type here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        className="input"
        aria-label={t('detail.terminal.find')}
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value)
          find(event.target.value, true)
        }}
        onKeyDown={onKeyDown}
      />
      {missing && <span className="field-problem">{t('detail.terminal.noMatch')}</span>}
      <IconButton size="small" label={t('detail.terminal.findPrevious')} onClick={() => find(wanted, true)}>
        <ArrowUp />
      </IconButton>
      <IconButton size="small" label={t('detail.terminal.findNext')} onClick={() => find(wanted, false)}>
        <ArrowDown />
      </IconButton>
      <IconButton size="small" label={t('detail.terminal.findClose')} onClick={onClose}>
        <X />
      </IconButton>
    </div>
  )
}
