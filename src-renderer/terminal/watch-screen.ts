import type { Terminal } from '@xterm/xterm'
import type { TerminalId } from '#contract/terminal'
import { toSafeTitle } from '../model/plain-text.ts'
import { markTerminal, titleTerminal } from '../store/terminals-store.ts'

/** What watching needs of a screen; xterm fulfils it, and so does a test. */
export type WatchedScreen = Pick<Terminal, 'onTitleChange' | 'onBell' | 'parser'>

interface Watch {
  readonly id: TerminalId
  /** Nobody looks, and what is being shown was not shown before. */
  readonly isNews: () => boolean
}

const longestFolder = 20

/** Keeps what the guest calls its terminal, and marks one whose bell rings while nobody looks. Returns its undo. */
export function watchScreen(screen: WatchedScreen, { id, isNews }: Watch): () => void {
  const watching = [
    screen.onTitleChange((title) => titleTerminal(id, toSafeTitle(title))),
    screen.parser.registerOscHandler(7, (place) => {
      titleTerminal(id, folderOf(place))
      return true
    }),
    screen.onBell(() => isNews() && markTerminal(id, 'bell')),
  ]
  return () => {
    for (const each of watching) each.dispose()
  }
}

/** The last part of the folder that a shell says it is in (OSC 7), '' where it says nothing usable. */
export function folderOf(place: string): string {
  try {
    const url = new URL(place)
    const path = decodeURIComponent(url.pathname)
    return url.protocol === 'file:'
      ? toSafeTitle(path.split('/').findLast((part) => part !== '') ?? '/', longestFolder)
      : ''
  } catch {
    return ''
  }
}
