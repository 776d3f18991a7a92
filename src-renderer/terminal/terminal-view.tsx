import type { Terminal as Screen } from '@xterm/xterm'
import { RotateCw } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Terminal } from '#contract/terminal'
import { Button } from '../components/button.tsx'
import type { MenuItem } from '../components/menu.tsx'
import { FindBar } from './find-bar.tsx'
import { ScreenMenu } from './screen-menu.tsx'
import type { TerminalsKey } from './terminal-keys.ts'
import { type TerminalPhase, useTerminal } from './use-terminal.ts'
import '@xterm/xterm/css/xterm.css'
import './terminal.css'

const noItems: readonly MenuItem[] = []

interface Props {
  readonly terminal: Terminal
  readonly label: string
  readonly shown: boolean
  readonly paused: boolean
  /** What is typed is to come here; said to be so by `onFocused`. */
  readonly wanted?: boolean
  readonly onFocused?: () => void
  /** It ended with the agent that it belonged to; what it showed stays. */
  readonly lost?: boolean
  /** Opens another in its place, where that is possible. */
  readonly onAgain?: (() => void) | undefined
  readonly onTerminalsKey?: (key: TerminalsKey) => void
  /** What the menu of a right-click offers beside what is done with the text. */
  readonly menu?: readonly MenuItem[]
  /** Gets the screen once it is there, for what looks at several; what it returns undoes that. */
  readonly onScreen?: (screen: Screen) => () => void
}

/** One terminal: its screen, what is to be said about it below, and the search. */
export function TerminalView(props: Props): ReactNode {
  const { terminal, label, shown, paused, lost = false, onAgain, onTerminalsKey = null, onScreen } = props
  const { wanted = false, onFocused = () => undefined, menu = noItems } = props
  const { t } = useTranslation()
  const [finding, setFinding] = useState(false)
  const { hostRef, screen, phase } = useTerminal({
    ...{ id: terminal.id, shown, wanted, onFocused, onFind: () => setFinding(true), onTerminalsKey },
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
    <section className="terminal" aria-label={t('terminal.label', { title: label })} hidden={!shown}>
      {finding && screen && <FindBar screen={screen} onClose={closeFind} />}
      <ScreenMenu screen={screen} onFind={() => setFinding(true)} more={menu}>
        <div ref={hostRef} className="terminal-screen" />
      </ScreenMenu>
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
      <span role="status">{t(`terminal.${key}`, { code: terminal.exitCode ?? '' })}</span>
      {isOver && onAgain && (
        <Button size="small" onClick={onAgain}>
          <RotateCw aria-hidden="true" />
          {t('terminal.again')}
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
