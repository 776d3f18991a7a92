import { randomBytes } from 'node:crypto'
import { AppError, appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import type { Terminal, TerminalId } from '#contract/terminal'
import type { TerminalSize } from '#contract/terminal-size'
import type { ExecCommand } from '../../engines/driver.ts'
import type { SignalProcess } from '../../io/streams/guest-process.ts'
import { openExecSource } from '../../io/terminals/exec-source.ts'
import { readGuestSize, type TerminalHolder } from '../../io/terminals/guest-size.ts'
import { createMainSource, type MainTerminal } from '../../io/terminals/main-source.ts'
import type { TerminalSource } from '../../io/terminals/source.ts'
import { createTerminal, type LiveTerminal } from '../../io/terminals/terminal.ts'

/** What is to run in a new terminal. */
export interface TerminalWish {
  readonly sandboxId: SandboxId
  readonly argv: readonly string[]
  readonly columns: number
  readonly rows: number
}

export interface OpenMain extends Omit<MainTerminal, 'onError'> {
  readonly sandboxId: SandboxId
  readonly argv: readonly string[]
  readonly holder: TerminalHolder
  /** The run has just begun, with the size that is wanted. Otherwise it has another by now, which is found out. */
  readonly isNew: boolean
  /** Null: nobody said. */
  readonly wantedSize: TerminalSize | null
}

export interface TerminalServiceDeps {
  readonly signalProcess: SignalProcess
  readonly onChanged: (terminal: Terminal) => void
  readonly onRemoved: (id: TerminalId) => void
  readonly onError: (error: unknown) => void
  readonly now?: () => Date
}

/** The terminals of all sandboxes. They live as long as the agent. */
export interface TerminalService {
  /** Opens a terminal; `exec` prepares the command that joins the sandbox. Answers when the process inside exists. */
  open(wish: TerminalWish, exec: () => Promise<ExecCommand>): Promise<Terminal>
  /**
   * The terminal of a main process, for a run that begins or one that an agent before this began. For a run that begins
   * it is listed at once. It takes the place of the terminal of the run before.
   */
  openMain(main: OpenMain): Promise<Terminal>
  /** Oldest first; of all sandboxes where none is named. */
  list(sandboxId?: string): Terminal[]
  find(id: string): LiveTerminal
  /** Closes one. The main terminal of a main process that runs is refused. */
  close(id: string): void
  /** Closes one in which nothing is lost: it has ended, or is a shell that waits for a command. Rejects for others. */
  closeIfIdle(id: string): Promise<void>
  /** The sandbox is gone, and so are its terminals. */
  forget(sandboxId: string): void
  /** Lets go of everything: the agent ends. */
  dispose(): void
}

const maxPerSandbox = 64
const maxInAll = 256
/** A viewer that does not read is not waited for either, see `viewer.ts`. */
const lastWordsMs = 10_000
const defaultSize = { columns: 80, rows: 24 }

/** See {@link TerminalService}. */
export function createTerminalService(deps: TerminalServiceDeps): TerminalService {
  const { onChanged, onRemoved, onError, now = () => new Date() } = deps
  const live = new Map<TerminalId, LiveTerminal>()
  /** Terminals on their way, which count as well. */
  const opening = new Map<string, number>()

  const list = (sandboxId?: string): Terminal[] =>
    [...live.values()]
      .map((each) => each.describe())
      .filter((each) => sandboxId === undefined || each.sandboxId === sandboxId)
  const add = (kind: Terminal['kind'], wish: TerminalWish, source: TerminalSource): Terminal => {
    const { sandboxId, argv, columns, rows } = wish
    const id = randomBytes(6).toString('hex')
    const createdAt = now().toISOString()
    const info = { id, sandboxId, kind, argv: [...argv], columns, rows, createdAt }
    const terminal = createTerminal({ info, source, onChanged, onError })
    live.set(id, terminal)
    onChanged(terminal.describe())
    return terminal.describe()
  }
  const remove = (id: TerminalId): void => {
    live.get(id)?.close()
    if (live.delete(id)) onRemoved(id)
  }
  const find = (id: string): LiveTerminal => requireTerminal(live.get(id), id)
  const close = (id: string): void => {
    refuseMain(find(id))
    remove(id)
  }

  return {
    list,
    find,
    async open(wish, exec) {
      const { sandboxId } = wish
      const leave = enter(opening, list, sandboxId)
      try {
        const options = { ...wish, program: wish.argv[0] ?? '', signalProcess: deps.signalProcess }
        return add('exec', wish, await openExecSource(await exec(), options))
      } finally {
        leave()
      }
    },
    openMain: (main) => openMain({ list, remove, add, onError }, main),
    close,
    async closeIfIdle(id) {
      if (!(await isIdle(find(id)))) throw appError('terminal-busy')
      close(id)
    },
    forget(sandboxId) {
      for (const { id } of list(sandboxId)) void lastWordsOf(find(id)).then(() => remove(id))
    },
    dispose() {
      for (const terminal of live.values()) terminal.close()
      live.clear()
    },
  }
}

function requireTerminal(terminal: LiveTerminal | undefined, id: string): LiveTerminal {
  if (terminal) return terminal
  throw appError('terminal-not-found', { found: 'gone', terminal: id })
}

function refuseMain(terminal: LiveTerminal): void {
  const { kind, state } = terminal.describe()
  if (kind === 'main' && state === 'running') throw appError('terminal-is-main')
}

async function isIdle(terminal: LiveTerminal): Promise<boolean> {
  const { argv, state } = terminal.describe()
  return state === 'exited' || (isPlainShell(argv) && (await terminal.isAlone()))
}

/** A shell that was given nothing to run. */
function isPlainShell(argv: readonly string[]): boolean {
  const names = argv.map((word) => word.split('/').at(-1) ?? '')
  const [program = '', ...rest] = names[0] === 'busybox' ? names.slice(1) : names
  return /^-?(?:a|ba|da|k|z|fi)?sh$/.test(program) && rest.every((word) => /^-[il]+$/.test(word))
}

interface MainDeps {
  list(sandboxId: string): Terminal[]
  remove(id: TerminalId): void
  add(kind: Terminal['kind'], wish: TerminalWish, source: TerminalSource): Terminal
  onError(error: unknown): void
}

async function openMain({ list, remove, add, onError }: MainDeps, main: OpenMain): Promise<Terminal> {
  const { sandboxId, argv, holder, isNew, wantedSize } = main
  const known = isNew ? null : await readGuestSize(holder)
  const size = known ?? wantedSize ?? defaultSize
  for (const earlier of list(sandboxId)) if (earlier.kind === 'main') remove(earlier.id)
  const source = createMainSource({ ...main, onError })
  const terminal = add('main', { sandboxId, argv, ...size }, source)
  // Also where the guest cannot be asked for it, so that it has the size that everybody gets.
  if (known === null) await source.resize(size.columns, size.rows)
  return terminal
}

/** Viewers get the last words of a terminal before it goes, as far as there are any. */
async function lastWordsOf({ exited }: LiveTerminal): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, lastWordsMs).unref())
  await Promise.race([exited, late])
}

/** Whether another command is worth a try: only the program was missing. */
export function isCommandMissing(error: unknown): boolean {
  return error instanceof AppError && error.wire.reason === 'command-not-found'
}

/** Counts one that is on its way, until it is called. Rejects where there are too many. */
function enter(opening: Map<string, number>, list: TerminalService['list'], sandboxId: string): () => void {
  requireRoom(list(sandboxId).length, list().length, opening, sandboxId)
  opening.set(sandboxId, (opening.get(sandboxId) ?? 0) + 1)
  return () => void opening.set(sandboxId, (opening.get(sandboxId) ?? 1) - 1)
}

function requireRoom(inSandbox: number, inAll: number, opening: ReadonlyMap<string, number>, sandboxId: string): void {
  const onTheirWay = [...opening.values()].reduce((sum, count) => sum + count, 0)
  if (inSandbox + (opening.get(sandboxId) ?? 0) >= maxPerSandbox) {
    throw appError('too-many-terminals', { limit: maxPerSandbox, where: 'sandbox' })
  }
  if (inAll + onTheirWay >= maxInAll) {
    throw appError('too-many-terminals', { limit: maxInAll, where: 'all' })
  }
}
