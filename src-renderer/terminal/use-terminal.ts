import { type RefObject, useEffect, useRef, useState } from 'react'
import type { TerminalId } from '#contract/terminal'
import { useAgent } from '../store/agent-store.ts'
import { settingsStore } from '../store/settings.ts'
import { markTerminal, unmarkTerminal } from '../store/terminals-store.ts'
import { createScreen, type XtermScreen } from './create-screen.ts'
import { askAboutLink, bindInput, copySelection, guardPaste, type KeyHandlers, type LinkRef } from './terminal-input.ts'
import { attachTerminal, type Screen, type TerminalLink } from './terminal-link.ts'
import { watchScreen } from './watch-screen.ts'

export type TerminalPhase = 'connecting' | 'attached' | 'disconnected'

const retryMs = 1000

interface Options {
  readonly id: TerminalId
  /** A hidden one goes on reading, but has no size of its own. */
  readonly shown: boolean
  /** What is typed is to come here, as soon as there is a screen for it. */
  readonly wanted: boolean
  /** It does. */
  readonly onFocused: () => void
  readonly onFind: () => void
  readonly onTerminalsKey: KeyHandlers['onTerminalsKey']
}

interface TerminalState {
  readonly hostRef: RefObject<HTMLDivElement | null>
  readonly screen: XtermScreen | null
  readonly phase: TerminalPhase
}

/** Mounts a screen, and attaches it to the agent's terminal for as long as the agent is there. */
export function useTerminal(options: Options): TerminalState {
  const { id, shown, wanted } = options
  const hostRef = useRef<HTMLDivElement>(null)
  const linkRef = useRef<TerminalLink | null>(null)
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
    if (shown) unmarkTerminal(id)
  })
  const screen = useScreen(id, { hostRef, linkRef, latest })
  const phase = useLink(id, screen, { linkRef, latest })
  useFit(screen, linkRef, { hostRef, active: shown && phase === 'attached' })
  useEffect(() => {
    if (!screen || !shown || !wanted) return
    screen.terminal.focus()
    latest.current.onFocused()
  }, [screen, shown, wanted])
  return { hostRef, screen, phase }
}

interface Refs {
  readonly linkRef: RefObject<TerminalLink | null>
  /** As they are now, for what is called later. */
  readonly latest: RefObject<Options>
}

function useScreen(
  id: TerminalId,
  { hostRef, linkRef, latest }: Refs & { readonly hostRef: RefObject<HTMLDivElement | null> },
): XtermScreen | null {
  const [screen, setScreen] = useState<XtermScreen | null>(null)
  useEffect(() => {
    const host = hostRef.current
    if (!host) return
    const made = createScreen(host, askAboutLink)
    bindInput(made.terminal, linkRef, () => latest.current)
    const isNews = (): boolean => !latest.current.shown && linkRef.current?.isReplaying() === false
    const undo = [
      guardPaste(host, made.terminal),
      copySelection(host, made.terminal),
      watchScreen(made.terminal, { id, isNews }),
      made.dispose,
    ]
    setScreen(made)
    return () => {
      for (const each of undo) each()
      setScreen(null)
    }
  }, [id, hostRef, linkRef, latest])
  return screen
}

/** Keeps the screen attached, again and again where the stream breaks off. */
function useLink(id: TerminalId, screen: XtermScreen | null, { linkRef, latest }: Refs): TerminalPhase {
  const [phase, setPhase] = useState<TerminalPhase>('connecting')
  /** Counts up to attach again after the stream broke off. */
  const [attempt, setAttempt] = useState(0)
  const live = useAgent(({ link, stale }) => link.state === 'live' && !stale)
  useEffect(() => {
    if (!screen || !live) return
    let over = false
    let retry: ReturnType<typeof setTimeout> | undefined
    const link = attachTerminal(id, adapt(screen), {
      onAttached: () => setPhase('attached'),
      onOutput: () => !latest.current.shown && markTerminal(id, 'activity'),
      onExited: () => {
        over = true // the event stream reports it, to all of the page
      },
      onClosed: (error) => {
        setPhase('disconnected')
        if (!over && error?.wire.code !== 'notFound') retry = setTimeout(() => setAttempt(attempt + 1), retryMs)
      },
    })
    linkRef.current = link
    return () => {
      clearTimeout(retry)
      linkRef.current = null
      link.close()
      setPhase('disconnected')
    }
  }, [id, screen, live, attempt, linkRef, latest])
  return phase
}

function adapt({ terminal }: XtermScreen): Screen {
  return {
    write: (bytes, shown) => terminal.write(bytes, shown),
    resize: (columns, rows) => terminal.resize(columns, rows),
  }
}

interface FitOptions {
  readonly hostRef: RefObject<HTMLDivElement | null>
  readonly active: boolean
}

/** Fits the screen to its place when that changes, and reports it to the agent; at most once a frame. */
function useFit(screen: XtermScreen | null, linkRef: LinkRef, { hostRef, active }: FitOptions): void {
  useEffect(() => {
    const host = hostRef.current
    if (!screen || !host || !active) return
    let frame = 0
    const fit = (): void => {
      const size = screen.fit.proposeDimensions()
      if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return
      const columns = Math.min(1000, Math.max(2, size.cols))
      const rows = Math.min(1000, Math.max(1, size.rows))
      screen.terminal.resize(columns, rows)
      linkRef.current?.resize(columns, rows)
    }
    const later = (): void => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(fit)
    }
    const places = new ResizeObserver(later)
    places.observe(host)
    const offFont = settingsStore.subscribe(later)
    return () => {
      cancelAnimationFrame(frame)
      places.disconnect()
      offFont()
    }
  }, [screen, linkRef, hostRef, active])
}
