import type { Terminal } from '#contract/terminal'
import { createRing } from './ring.ts'
import type { TerminalSource } from './source.ts'
import { createTitleScanner } from './title.ts'
import { createViewer, type Viewer, type ViewerSink } from './viewer.ts'

/** One viewer's hold on a terminal. */
export interface Attachment {
  write(bytes: Buffer): void
  /** Input that the guest has not taken yet, in bytes. */
  unwritten(): number
  resize(columns: number, rows: number): void
  acknowledge(bytes: number): void
  /** Says that the viewer's messages are not read for now, so that nobody waits for them. */
  setUnheard(isUnheard: boolean): void
  detach(): void
}

/** A terminal that lives as long as the agent, whoever looks at it. */
export interface LiveTerminal {
  describe(): Terminal
  /** Resolves when what runs in it has ended and its last byte was passed on. */
  readonly exited: Promise<void>
  /** Shows it: first everything anew, then what comes. */
  attach(sink: ViewerSink, onDrain: () => void): Attachment
  /** Hangs up, and lets its viewers go. */
  close(): void
}

export type TerminalInfo = Pick<Terminal, 'id' | 'sandboxId' | 'kind' | 'argv' | 'columns' | 'rows' | 'createdAt'>

export interface TerminalDeps {
  readonly info: TerminalInfo
  readonly source: TerminalSource
  readonly onChanged: (terminal: Terminal) => void
  readonly onError: (error: unknown) => void
}

/** A guest may set its title as often as it likes; clients get it this often. */
const titleMs = 250

/** See {@link LiveTerminal}. Output goes in order through the ring and to the viewers, at most once per turn. */
export function createTerminal({ info, source, onChanged, onError }: TerminalDeps): LiveTerminal {
  const state = { title: '', columns: info.columns, rows: info.rows, exited: false, exitCode: null as number | null }
  const viewers = new Map<Viewer, () => void>()
  const ring = createRing()
  const titles = createTitleScanner()
  let titleTimer: NodeJS.Timeout | undefined
  let isHeld = false
  let isClosed = false

  const describe = (): Terminal => ({
    ...info,
    title: state.title === '' ? info.argv.join(' ').slice(0, 200) : state.title,
    columns: state.columns,
    rows: state.rows,
    state: state.exited ? 'exited' : 'running',
    exitCode: state.exitCode,
    viewers: viewers.size,
  })
  const changed = (): void => {
    clearTimeout(titleTimer)
    titleTimer = undefined
    if (!isClosed) onChanged(describe())
  }
  const takeTitle = (bytes: Buffer): void => {
    const title = titles.scan(bytes)
    if (title === null || title === state.title) return
    state.title = title
    titleTimer ??= setTimeout(changed, titleMs)
  }
  /** Those who lag get everything when they are back. */
  const living = (): Viewer[] => [...viewers.keys()].filter((viewer) => !viewer.isLagging())
  const regulate = (): void => {
    const all = [...viewers.keys()]
    if (!isHeld && all.some((viewer) => viewer.isFull())) {
      isHeld = true
      source.pause()
    } else if (isHeld && all.every((viewer) => viewer.hasRoom())) {
      isHeld = false
      source.resume()
    }
  }
  const output = createBatch((bytes) => {
    ring.append(bytes)
    takeTitle(bytes)
    for (const viewer of viewers.keys()) viewer.deliver(bytes)
    regulate()
  })
  const show = (viewer: Viewer): void => {
    const replay = ring.replay()
    viewer.reset({ type: 'reset', terminal: describe(), replayBytes: replay.length }, replay)
    if (state.exited) viewer.sink.message({ type: 'exited', exitCode: state.exitCode })
  }
  const resize = createLastWins((size: Size) => source.resize(size.columns, size.rows), onError)

  let resolveExited = (): void => {}
  const exited = new Promise<void>((resolve) => {
    resolveExited = resolve
  })
  source.onData(output.add)
  source.onSkip(() => {
    output.flush()
    ring.clear()
    for (const viewer of living()) show(viewer)
    regulate()
  })
  source.onDrain(() => {
    for (const onDrain of viewers.values()) onDrain()
  })
  source.onExit((code) => {
    output.flush()
    state.exited = true
    state.exitCode = code
    for (const { sink } of living()) sink.message({ type: 'exited', exitCode: code })
    changed()
    resolveExited()
  })

  return {
    describe,
    exited,
    attach(sink, onDrain) {
      output.flush()
      const viewer = createViewer({
        sink,
        onLag: regulate,
        onCaughtUp: () => {
          output.flush()
          show(viewer)
        },
      })
      viewers.set(viewer, onDrain)
      source.watched(true)
      show(viewer)
      regulate()
      changed()
      return {
        write: (bytes) => (state.exited ? undefined : source.write(bytes)),
        unwritten: () => source.unwritten(),
        resize(columns, rows) {
          if (state.exited || (columns === state.columns && rows === state.rows)) return
          state.columns = columns
          state.rows = rows
          for (const other of viewers.keys())
            if (other !== viewer) other.sink.message({ type: 'resized', columns, rows })
          resize({ columns, rows })
          changed()
        },
        acknowledge(bytes) {
          viewer.acknowledge(bytes)
          regulate()
        },
        setUnheard: viewer.setUnheard,
        detach() {
          if (!viewers.delete(viewer)) return
          viewer.dispose()
          source.watched(viewers.size > 0)
          regulate()
          changed()
        },
      }
    },
    close() {
      isClosed = true
      clearTimeout(titleTimer)
      source.close()
      for (const { sink, dispose } of viewers.keys()) {
        dispose()
        sink.end()
      }
    },
  }
}

interface Size {
  readonly columns: number
  readonly rows: number
}

/** Gathers what comes within one turn of the event loop: a terminal gives at most 4 KiB at a time. */
function createBatch(deliver: (bytes: Buffer) => void): { add(bytes: Buffer): void; flush(): void } {
  let parts: Buffer[] = []
  let scheduled: NodeJS.Immediate | undefined
  const flush = (): void => {
    clearImmediate(scheduled)
    scheduled = undefined
    const [first, second] = parts
    const bytes = second ? Buffer.concat(parts) : first
    parts = []
    if (bytes) deliver(bytes)
  }
  return {
    add(bytes) {
      parts.push(bytes)
      scheduled ??= setImmediate(flush)
    },
    flush,
  }
}

/** Runs one at a time; of those that come meanwhile only the last. */
function createLastWins<T>(task: (value: T) => Promise<void>, onError: (error: unknown) => void): (value: T) => void {
  let running = false
  let next: { readonly value: T } | null = null
  const run = async (): Promise<void> => {
    running = true
    for (let job = next; job; job = next) {
      next = null
      await task(job.value).catch(onError)
    }
    running = false
  }
  return (value) => {
    next = { value }
    if (!running) void run()
  }
}
