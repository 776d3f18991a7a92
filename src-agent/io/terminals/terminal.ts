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
  /** See {@link TerminalSource.isAlone}. */
  isAlone(): Promise<boolean>
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

/** Who looks at a terminal, each with what is to be done when the guest takes input again. */
type Viewers = Map<Viewer, () => void>

/** What one terminal is made of. */
interface Parts {
  readonly source: TerminalSource
  readonly viewers: Viewers
  readonly status: Status
  readonly output: { add(bytes: Buffer): void; flush(): void }
  readonly ring: ReturnType<typeof createRing>
  /** Shows a viewer everything anew. */
  show(viewer: Viewer): void
  /** Holds the source while a viewer is full. */
  regulate(): void
  resize(size: Size): void
}

/** See {@link LiveTerminal}. Output goes in order through the ring and to the viewers, at most once per turn. */
export function createTerminal(deps: TerminalDeps): LiveTerminal {
  const { source } = deps
  const viewers: Viewers = new Map()
  const ring = createRing()
  const status = createStatus(deps, viewers)
  const regulate = createFlowControl(source, viewers)
  const output = createBatch((bytes) => {
    ring.append(bytes)
    status.takeTitle(bytes)
    for (const viewer of viewers.keys()) viewer.deliver(bytes)
    regulate()
  })
  const show = (viewer: Viewer): void => {
    const replay = ring.replay()
    viewer.reset({ type: 'reset', terminal: status.describe(), replayBytes: replay.length }, replay)
    if (status.now.exited) viewer.sink.message({ type: 'exited', exitCode: status.now.exitCode })
  }
  const resize = createLastWins((size: Size) => source.resize(size.columns, size.rows), deps.onError)
  const parts: Parts = { source, viewers, status, output, ring, show, regulate, resize }

  return {
    describe: status.describe,
    exited: followSource(parts),
    attach: (sink, onDrain) => attach(parts, sink, onDrain),
    isAlone: source.isAlone,
    close() {
      status.close()
      source.close()
      for (const { sink, dispose } of viewers.keys()) {
        dispose()
        sink.end()
      }
    },
  }
}

type Status = ReturnType<typeof createStatus>

/** What is known of a terminal, and announced when it changes. */
function createStatus({ info, onChanged }: Pick<TerminalDeps, 'info' | 'onChanged'>, viewers: Viewers) {
  const now = { title: '', columns: info.columns, rows: info.rows, exited: false, exitCode: null as number | null }
  const titles = createTitleScanner()
  let titleTimer: NodeJS.Timeout | undefined
  let isClosed = false
  const describe = (): Terminal => ({
    ...info,
    title: now.title === '' ? info.argv.join(' ').slice(0, 200) : now.title,
    columns: now.columns,
    rows: now.rows,
    state: now.exited ? 'exited' : 'running',
    exitCode: now.exitCode,
    viewers: viewers.size,
  })
  const changed = (): void => {
    clearTimeout(titleTimer)
    titleTimer = undefined
    if (!isClosed) onChanged(describe())
  }
  return {
    now,
    describe,
    changed,
    takeTitle(bytes: Buffer): void {
      const title = titles.scan(bytes)
      if (title === null || title === now.title) return
      now.title = title
      titleTimer ??= setTimeout(changed, titleMs)
    },
    close(): void {
      isClosed = true
      clearTimeout(titleTimer)
    },
  }
}

function createFlowControl(source: TerminalSource, viewers: Viewers): () => void {
  let isHeld = false
  return () => {
    const all = [...viewers.keys()]
    if (!isHeld && all.some((viewer) => viewer.isFull())) {
      isHeld = true
      source.pause()
    } else if (isHeld && all.every((viewer) => viewer.hasRoom())) {
      isHeld = false
      source.resume()
    }
  }
}

/** Passes on what the source says. Resolves when it has ended. */
function followSource({ source, viewers, status, output, ring, show, regulate }: Parts): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  /** Those who lag get everything when they are back. */
  const living = (): Viewer[] => [...viewers.keys()].filter((viewer) => !viewer.isLagging())
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
    status.now.exited = true
    status.now.exitCode = code
    for (const { sink } of living()) sink.message({ type: 'exited', exitCode: code })
    status.changed()
    resolve()
  })
  return promise
}

function attach(parts: Parts, sink: ViewerSink, onDrain: () => void): Attachment {
  const { source, viewers, status, output, show, regulate } = parts
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
  status.changed()
  return {
    write: (bytes) => (status.now.exited ? undefined : source.write(bytes)),
    unwritten: () => source.unwritten(),
    resize: (columns, rows) => resizeFor(parts, viewer, { columns, rows }),
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
      status.changed()
    },
  }
}

/** The size that one viewer has is that of the terminal, for all. */
function resizeFor({ status, viewers, resize }: Parts, viewer: Viewer, { columns, rows }: Size): void {
  if (status.now.exited || (columns === status.now.columns && rows === status.now.rows)) return
  status.now.columns = columns
  status.now.rows = rows
  for (const other of viewers.keys()) if (other !== viewer) other.sink.message({ type: 'resized', columns, rows })
  resize({ columns, rows })
  status.changed()
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
