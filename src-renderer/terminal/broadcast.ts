import { isAnswer } from './terminal-link.ts'

/** What broadcasting needs of a screen; xterm fulfils it, and so does a test. */
export interface TypedScreen {
  onData(listener: (data: string) => void): { dispose(): void }
  /** As if it had been typed there. */
  input(data: string, wasUserInput?: boolean): void
}

export interface Broadcast {
  /** Takes part until the returned function is called. */
  readonly add: (screen: TypedScreen) => () => void
  readonly setOn: (on: boolean) => void
}

/** Which window has the focus is not typed by anybody. */
const focusReport = /^\u001b\[[IO]$/

/** What is typed into one screen goes into all; what a screen answers by itself stays its own. */
export function createBroadcast(): Broadcast {
  const screens = new Set<TypedScreen>()
  const encoder = new TextEncoder()
  let on = false
  let spreading = false
  const spread = (from: TypedScreen, data: string): void => {
    if (!on || spreading || focusReport.test(data) || isAnswer(encoder.encode(data))) return
    spreading = true
    try {
      for (const screen of screens) if (screen !== from) screen.input(data)
    } finally {
      spreading = false
    }
  }
  return {
    add(screen) {
      screens.add(screen)
      const listening = screen.onData((data) => spread(screen, data))
      return () => {
        screens.delete(screen)
        listening.dispose()
      }
    },
    setOn(next) {
      on = next
    },
  }
}
