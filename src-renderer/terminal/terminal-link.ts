import type { AppError } from '#contract/app-error'
import { type TerminalDown, type Terminal as TerminalFacts, type TerminalId, terminalStream } from '#contract/terminal'
import { follow } from '../feed.ts'
import { AckCounter } from './byte-counter.ts'

/** What the link needs of a screen; xterm fulfils it, and so does a test. */
export interface Screen {
  /** Calls back when the bytes have been parsed and shown. */
  write(bytes: Uint8Array, shown: () => void): void
  resize(columns: number, rows: number): void
}

export interface LinkEvents {
  readonly onAttached: (terminal: TerminalFacts) => void
  /** It has shown something that it had not shown before. */
  readonly onOutput: () => void
  readonly onExited: (exitCode: number | null) => void
  readonly onClosed: (error: AppError | null) => void
}

export interface TerminalLink {
  type(bytes: Uint8Array<ArrayBuffer>): void
  resize(columns: number, rows: number): void
  close(): void
  /** What is being shown is what it has shown before, and nothing new. */
  isReplaying(): boolean
}

/** CAN ends whatever sequence the old output stopped in, RIS clears screen, modes and history; both keep their place in the queue. */
const clearScreen = Uint8Array.of(0x18, 0x1b, 0x63)

/** What a screen sends by itself: its place, its kind, its state, a mode, a size; and strings of control (DCS, OSC). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const answers = /^\x1b(?:\[[?>=]?[\d;]*(?:[Rcnt]|\$y)|[P\]])/

/** Kept apart from what a person types, which is never to be lost, not even while the replay is still being shown. */
export function isAnswer(bytes: Uint8Array): boolean {
  return answers.test(String.fromCharCode(...bytes.subarray(0, 64)))
}

/** Ties a screen to a terminal of the agent: bytes, acknowledgement, replay and size. */
export function attachTerminal(id: TerminalId, screen: Screen, events: LinkEvents): TerminalLink {
  /** Bytes of replay not yet shown. The screen would answer queries in it, and the guest must not get those twice. */
  let replayLeft = 0
  const counter = new AckCounter((bytes) => stream.send({ type: 'ack', bytes }))

  const onMessage = (message: TerminalDown): void => {
    switch (message.type) {
      case 'reset': {
        const { replayBytes, terminal } = message
        replayLeft = replayBytes
        screen.write(clearScreen, () => undefined)
        screen.resize(terminal.columns, terminal.rows)
        return events.onAttached(terminal)
      }
      case 'resized':
        return screen.resize(message.columns, message.rows)
      case 'exited':
        return events.onExited(message.exitCode)
    }
  }
  const onBytes = (bytes: Uint8Array): void => {
    screen.write(bytes, () => {
      if (replayLeft === 0) events.onOutput()
      replayLeft = Math.max(0, replayLeft - bytes.length)
      counter.add(bytes.length)
    })
  }
  const stream = follow(terminalStream, { id }, { onMessage, onBytes, onClosed: events.onClosed })
  return {
    type: (bytes) => {
      if (replayLeft === 0 || !isAnswer(bytes)) stream.sendBytes(bytes)
    },
    resize: (columns, rows) => stream.send({ type: 'resize', columns, rows }),
    close: () => stream.close(),
    isReplaying: () => replayLeft > 0,
  }
}
