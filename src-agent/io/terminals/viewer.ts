import { appError } from '#contract/app-error'
import { type TerminalDown, terminalWindowBytes } from '#contract/terminal'

/** Where a viewer's messages go. Nothing is kept for a viewer beyond what was given to its sink. */
export interface ViewerSink {
  message(message: TerminalDown): void
  bytes(bytes: Buffer): void
  /** The terminal is gone. */
  end(): void
}

/** One who looks at a terminal, and how far behind the output they are. */
export interface Viewer {
  readonly sink: ViewerSink
  /** Output for a viewer that keeps up; nothing for one that lags. */
  deliver(bytes: Buffer): void
  /** Shows everything anew. It counts as output that must be acknowledged. */
  reset(message: TerminalDown, replay: Buffer): void
  /** Throws where more is acknowledged than was sent. */
  acknowledge(bytes: number): void
  /** Has as much unacknowledged as it may, so the source must not deliver more. A lagging viewer holds nobody. */
  isFull(): boolean
  /** So little is unacknowledged that more may come. */
  hasRoom(): boolean
  /** While its acknowledgements cannot be read it is not waited for. */
  setUnheard(isUnheard: boolean): void
  /** It has stopped acknowledging: output goes by it until it is shown everything anew. */
  isLagging(): boolean
  dispose(): void
}

/** Far enough above the step of acknowledgement, or a viewer and the agent would wait for each other. */
const roomBytes = terminalWindowBytes / 2
const lagMs = 5_000
const frameBytes = 128 * 1024

export interface ViewerDeps {
  readonly sink: ViewerSink
  /** It acknowledges nothing any more: do not wait for it. */
  readonly onLag: () => void
  /** It has read again all that it was sent: show it the present. */
  readonly onCaughtUp: () => void
}

/** See {@link Viewer}. */
export function createViewer({ sink, onLag, onCaughtUp }: ViewerDeps): Viewer {
  let unacknowledged = 0
  let isLagging = false
  let isUnheard = false
  let timer: NodeJS.Timeout | undefined
  const stopWaiting = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  const lag = (): void => {
    timer = undefined
    isLagging = true
    onLag()
  }
  const waitIfFull = (): void => {
    if (unacknowledged < terminalWindowBytes) return stopWaiting()
    timer ??= setTimeout(lag, isUnheard ? 0 : lagMs)
  }
  const send = (bytes: Buffer): void => {
    for (let start = 0; start < bytes.length; start += frameBytes) sink.bytes(bytes.subarray(start, start + frameBytes))
    unacknowledged += bytes.length
    waitIfFull()
  }
  return {
    sink,
    deliver(bytes) {
      if (!isLagging) send(bytes)
    },
    reset(message, replay) {
      isLagging = false
      sink.message(message)
      send(replay)
    },
    acknowledge(bytes) {
      if (bytes > unacknowledged) {
        throw appError('acknowledged-too-much')
      }
      unacknowledged -= bytes
      stopWaiting()
      if (!isLagging) waitIfFull()
      else if (unacknowledged <= roomBytes) onCaughtUp()
    },
    isFull: () => !isLagging && unacknowledged >= terminalWindowBytes,
    hasRoom: () => isLagging || unacknowledged <= roomBytes,
    setUnheard(next) {
      isUnheard = next
      stopWaiting()
      if (!isLagging) waitIfFull()
    },
    isLagging: () => isLagging,
    dispose: stopWaiting,
  }
}
