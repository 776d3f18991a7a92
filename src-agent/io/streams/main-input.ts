import { closeSync, constants, openSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import { endGroup } from '../../base/process/kill-group.ts'
import { run, start, whenStarted } from '../../base/process/run.ts'
import { type HostProcess, isAlive, readHostProcess, signalProcess } from './guest-process.ts'

/**
 * The standard input of a main process; it stays open when clients go, and when the agent dies. There MUST be one of
 * these per run for all clients, because its end is the end for all of them.
 */
export interface MainInput {
  /** The stream to write to, connected at the first call. Rejects where the main process takes no input. */
  open(): Promise<Socket>
  /** Ends the standard input of the guest once all that was written has reached it. Not for terminals. */
  end(): Promise<void>
  /** Lets go of it without ending the guest's input. */
  release(): void
}

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants

/**
 * conmon takes input on a socket of a kind that Node cannot open, so `socat` stands between. conmon ends the guest's
 * input when *any* such connection ends, hence there is exactly one, and it must outlive the agent: socat reads a named
 * pipe in the run folder, which a second helper (`tail`, it ends with socat) keeps open for writing. The end of input is
 * made by ending that keeper: socat reads the pipe to its end, conmon reads socat to its end, so no byte is overtaken.
 */
export function createMainInput(attach: string): MainInput {
  const folder = dirname(attach)
  const paths = { fifo: join(folder, 'stdin'), keeper: join(folder, 'stdin.keeper') }
  let socket: Promise<Socket> | undefined
  let ended = false
  const open = (): Promise<Socket> => {
    if (ended) return Promise.reject(inputEnded())
    socket ??= connect(attach, paths).catch((error: unknown) => {
      socket = undefined
      throw error
    })
    return socket
  }

  return {
    open,
    async end() {
      if (ended) return
      // The end must reach the guest even where nothing was ever written.
      const writer = await open()
      ended = true
      await new Promise<void>((resolve) => {
        writer.once('close', () => resolve())
        writer.end(() => writer.destroy())
      })
      await endKeeper(paths.keeper)
    },
    release() {
      void socket?.then(
        (writer) => writer.destroy(),
        () => undefined,
      )
      socket = undefined
    },
  }
}

interface InputPaths {
  readonly fifo: string
  readonly keeper: string
}

async function connect(attach: string, paths: InputPaths): Promise<Socket> {
  const descriptor = openWriter(paths.fifo) ?? (await startRelay(attach, paths))
  return new Socket({ fd: descriptor, readable: false, writable: true })
}

/** The pipe of a relay that runs, perhaps since an agent before this one; null where there is none. */
function openWriter(fifo: string): number | null {
  try {
    return openSync(fifo, O_WRONLY | O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENXIO') return null
    throw error
  }
}

async function startRelay(attach: string, { fifo, keeper }: InputPaths): Promise<number> {
  await rm(fifo, { force: true })
  await run('mkfifo', ['-m', '600', fifo], { timeoutMs: 10_000 })
  const both = openSync(fifo, O_RDWR)
  const descriptors: number[] = []
  try {
    const reading = openSync(fifo, O_RDONLY)
    descriptors.push(reading)
    const holding = openSync(fifo, O_WRONLY)
    descriptors.push(holding)
    const writing = openSync(fifo, O_WRONLY | O_NONBLOCK)
    // What conmon sends back is thrown away: it would wait for ever for a client that does not read.
    // 5 is SOCK_SEQPACKET; 8 KiB because conmon cuts larger packets off.
    const socat = start('socat', ['-b', '8192', 'STDIN!!/dev/null', `UNIX-CONNECT:${attach},type=5`], {
      stdio: [reading, 'ignore', 'ignore'],
    })
    const socatPid = await whenStarted(socat, 'socat')
    const tail = start('tail', ['--follow', `--pid=${socatPid}`, '--sleep-interval=1', '/dev/null'], {
      stdio: ['ignore', holding, 'ignore'],
    })
    try {
      await writeFile(keeper, JSON.stringify(readHostProcess(await whenStarted(tail, 'tail'))), { mode: 0o600 })
    } catch (error) {
      closeSync(writing)
      await Promise.all([endGroup(socat, 0), endGroup(tail, 0)])
      throw error
    }
    for (const helper of [socat, tail]) helper.unref()
    return writing
  } finally {
    for (const end of [both, ...descriptors]) closeSync(end)
  }
}

async function endKeeper(file: string): Promise<void> {
  const keeper = JSON.parse(await readFile(file, 'utf8')) as HostProcess | null
  if (keeper && isAlive(keeper)) signalProcess(keeper.pid, 'SIGKILL')
}

function inputEnded(): Error {
  return appError('stdin-ended')
}
