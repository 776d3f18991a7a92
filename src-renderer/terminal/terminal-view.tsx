import type { Terminal as Screen } from '@xterm/xterm'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Terminal } from '#contract/terminal'
import { IconButton } from '../components/button.tsx'
import type { XtermScreen } from './create-screen.ts'
import { useTerminal } from './use-terminal.ts'
import '@xterm/xterm/css/xterm.css'
import './terminal.css'

interface Props {
  readonly terminal: Terminal
  readonly label: string
  readonly shown: boolean
  readonly paused: boolean
  readonly onTitle: (title: string) => void
  /** Gets the screen once it is there, for what looks at several; what it returns undoes that. */
  readonly onScreen?: (screen: Screen) => () => void
}

/** One terminal: its screen, what is to be said about it below, and the search. */
export function TerminalView({ terminal, label, shown, paused, onTitle, onScreen }: Props): ReactNode {
  const { t } = useTranslation()
  const [finding, setFinding] = useState(false)
  const { hostRef, screen, phase } = useTerminal({ id: terminal.id, shown, onFind: () => setFinding(true), onTitle })
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
      <Strip terminal={terminal} phase={phase} paused={paused} />
    </section>
  )
}

interface StripProps {
  readonly terminal: Terminal
  readonly phase: ReturnType<typeof useTerminal>['phase']
  readonly paused: boolean
}

function Strip({ terminal, phase, paused }: StripProps): ReactNode {
  const { t } = useTranslation()
  const { state, exitCode } = terminal
  const text =
    state === 'exited'
      ? exitCode === null
        ? t('detail.terminal.exitedUnknown')
        : t('detail.terminal.exited', { code: exitCode })
      : phase === 'disconnected'
        ? t('detail.terminal.disconnected')
        : phase === 'connecting'
          ? t('detail.terminal.connecting')
          : paused
            ? t('detail.terminal.paused')
            : null
  if (text === null) return null
  return (
    <div className="terminal-strip" role="status">
      {text}
    </div>
  )
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
