import { chmod, open, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import { inside, socketNames } from './qemu-arguments.ts'
import { type QmpClient, withQmp } from './qmp-client.ts'

const stateSocket = 'm'
const pollMs = 2
/** What arrives while a part is being written is written as one. */
const batchBytes = 8 * 2 ** 20
const mostBandwidth = 10 ** 10

/**
 * The machine shall stand still for as little of the copying as possible, but must not end it before it is held. While
 * nobody reads, QEMU gets about 120 MiB further, where all of that is empty pages, and no more than 300 KiB otherwise.
 */
const lastPartBytes = 160 * 2 ** 20
/** QEMU ends its copying when the rest takes no longer than this. */
const restMs = 20

const Progress = z.looseObject({
  status: z.string().optional(),
  'error-desc': z.string().optional(),
  ram: z.looseObject({ remaining: z.number() }).optional(),
})

export interface Migration {
  readonly signal: AbortSignal
  /**
   * Whether most of the memory is copied while the machine runs. Not under emulation: what an emulated processor writes
   * to a page that it has looked up before is not always noticed then (qemu-devel, September 2015, "Page dirtying and
   * migration in pure-QEMU VM mode"). With QEMU 7.2 some of the machines that went on from such a state panicked.
   */
  readonly whileRunning: boolean
  /**
   * Called while the machine still runs, when most of its memory is copied, or nothing yet. Where QEMU has copied all
   * before this is done, nobody waits for it.
   */
  readonly beforeLast?: () => Promise<void>
}

/**
 * Saves the whole state of a running machine to a new file. The machine is then paused, until {@link letMachineGoOn}.
 * When it rejects, there is no file, and the machine may still run or stand still.
 *
 * QEMU may start no program and open no file by now, so it sends the state to a socket in the one folder that it sees;
 * that folder must let it pass.
 */
export async function migrateToFile(sockets: string, path: string, migration: Migration): Promise<void> {
  const socket = join(sockets, stateSocket)
  // An agent that was killed may have left its own.
  await rm(socket, { force: true })
  const server = createServer()
  const client = firstClient(server)
  const { signal, whileRunning, beforeLast } = migration
  const lastPart = whileRunning && beforeLast ? createLastPart(beforeLast) : null
  const received = receive(client, path, lastPart)
  try {
    await listen(server, socket)
    if (lastPart === null) await beforeLast?.()
    signal.throwIfAborted()
    await withQmp(join(sockets, socketNames.monitor), async (qmp) => {
      const pace = { 'max-bandwidth': mostBandwidth, 'downtime-limit': restMs }
      await qmp.execute('migrate-set-parameters', z.unknown(), pace)
      if (!whileRunning) await qmp.execute('stop', z.unknown())
      await qmp.execute('migrate', z.unknown(), { uri: `unix:${inside.sockets}/${stateSocket}` })
      await Promise.all([awaitSaved(qmp, signal, lastPart), received])
    })
  } catch (error) {
    server.close()
    lastPart?.open()
    void client.then(
      (stream) => stream.destroy(),
      () => undefined,
    )
    await received.catch(() => undefined)
    await rm(path, { force: true })
    throw error
  }
  server.close()
}

/** A gate before the last part of the memory. */
interface LastPart {
  /** Shuts it and has the work done. A later call changes nothing. */
  begin(): void
  open(): void
  /** Resolves while it is open. */
  passed(): Promise<void>
  /** Throws what the work has failed of. */
  check(): void
}

function createLastPart(work: () => Promise<void>): LastPart {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  let begun = false
  let failure: { readonly error: unknown } | null = null
  return {
    begin() {
      if (begun) return
      begun = true
      work()
        .catch((error: unknown) => {
          failure = { error }
        })
        .finally(open)
    },
    open,
    passed: async () => (begun ? opened : undefined),
    check() {
      if (failure !== null) throw failure.error
    },
  }
}

/** Whatever it was in: it runs when this resolves. Also where it was never paused. */
export async function letMachineGoOn(sockets: string): Promise<void> {
  await withQmp(join(sockets, socketNames.monitor), async (qmp) => {
    await cancel(qmp)
    await qmp.execute('cont', z.unknown())
  })
}

/** Of a state that is not wholly saved; it is over when this resolves. */
async function cancel(qmp: QmpClient): Promise<void> {
  const isOver = async () => {
    const { status } = await qmp.execute('query-migrate', Progress)
    return status === undefined || ['none', 'completed', 'failed', 'cancelled'].includes(status)
  }
  if (await isOver()) return
  await qmp.execute('migrate_cancel', z.unknown())
  while (!(await isOver())) await sleep(pollMs)
}

async function listen(server: Server, socket: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  // QEMU is nobody's by now; only it sees the folder besides root.
  await chmod(socket, 0o666)
}

/** Settles when nothing writes to the file any more. */
async function receive(connection: Promise<Socket>, path: string, lastPart: LastPart | null): Promise<void> {
  const stream = await connection
  const file = await open(path, 'wx', 0o600)
  const gated = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      await lastPart?.passed()
      yield chunk
    }
  }
  await pipeline(stream, gated, file.createWriteStream({ highWaterMark: batchBytes }))
}

/** Whoever comes to the door first; rejects when it is closed before. */
function firstClient(server: Server): Promise<Socket> {
  return new Promise((resolve, reject) => {
    server.once('connection', (stream) => {
      stream.on('error', () => undefined)
      resolve(stream)
    })
    server.once('close', () => reject(saveFailed('the machine sent nothing')))
  })
}

async function awaitSaved(qmp: QmpClient, signal: AbortSignal, lastPart: LastPart | null): Promise<void> {
  for (;;) {
    const { status, ram, 'error-desc': words } = await qmp.execute('query-migrate', Progress)
    if (status === 'active' && ram !== undefined && ram.remaining < lastPartBytes) lastPart?.begin()
    lastPart?.check()
    if (status === 'completed') return
    if (status === 'failed' || status === 'cancelled') {
      throw saveFailed(words ?? `the migration has the status ${status}`)
    }
    signal.throwIfAborted()
    await sleep(pollMs)
  }
}

function saveFailed(detail: string): Error {
  return appError('save-failed', { engine: 'qemu' }, { detail })
}
