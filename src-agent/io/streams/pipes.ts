import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { appError } from '#contract/app-error'
import { endGroup } from '../../base/process/kill-group.ts'
import { start, whenStarted } from '../../base/process/run.ts'

/** One end for the child, one for the agent. `childEnd` MUST be closed once the child has it. */
export interface Pipe {
  readonly childEnd: number
  readonly ownEnd: Socket
}

/**
 * Node gives a child socket pairs where it says "pipe". An engine such as crun passes them on to the guest as they
 * are, and there `echo >/dev/stderr` fails: a socket cannot be opened by its name. So these are real pipes. They have
 * no name, because a named one without a writer would make `cat /dev/stdin` wait for ever.
 */
export interface Pipes {
  /** For a stream that the child reads. */
  toChild(): Promise<Pipe>
  /** For a stream that the child writes. */
  fromChild(): Promise<Pipe>
}

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants
/** Enough for a dozen commands in a row. */
const wanted = 28
/** Making pipes starts a shell, which would slow down the very commands that use them: it waits for a quiet moment. */
const quietMs = 100
const makerMs = 5_000

/**
 * Node cannot make a pipe, but a shell makes one for each here-document, and what a child has open can be opened
 * again through /proc. The shell waits until that is done. One digit is all that every shell takes for a descriptor.
 */
const descriptors = [3, 4, 5, 6, 7, 8, 9] as const
const makerScript = `exec ${descriptors.map((number) => `${number}<<_`).join(' ')}\n${'_\n'.repeat(descriptors.length)}echo; read _`

/** Keeps some pipes ready, so that a command need not wait for them. */
export function createPipes(): Pipes {
  /** Open for reading and writing, so that neither end can be the last to be closed before it is used. */
  const ready: number[] = []
  let filling: Promise<void> | undefined
  const refill = (): Promise<void> => {
    filling ??= makePipes()
      .then((made) => void ready.push(...made))
      .finally(() => {
        filling = undefined
      })
    return filling
  }
  const fill = async (): Promise<void> => {
    while (ready.length < wanted) await refill()
  }
  let timer: NodeJS.Timeout | undefined
  const take = async (): Promise<number> => {
    clearTimeout(timer)
    // A failure shows again, and is reported, when none is left.
    timer = setTimeout(() => void fill().catch(() => undefined), quietMs).unref()
    for (let descriptor = ready.pop(); ; descriptor = ready.pop()) {
      if (descriptor !== undefined) return descriptor
      await refill()
    }
  }
  return {
    toChild: async () => {
      const [childEnd, fd] = split(await take(), [O_RDONLY, O_WRONLY | O_NONBLOCK])
      return { childEnd, ownEnd: new Socket({ fd, readable: false, writable: true }) }
    },
    fromChild: async () => {
      // The child's end must not be non-blocking: the guest's programs would see EAGAIN.
      const [childEnd, fd] = split(await take(), [O_WRONLY, O_RDONLY | O_NONBLOCK])
      return { childEnd, ownEnd: new Socket({ fd, readable: true, writable: false }) }
    },
  }
}

/** The pipe opened anew in two ways, and no longer as it was. */
function split(pipe: number, [first, second]: readonly [number, number]): [number, number] {
  const path = `/proc/self/fd/${pipe}`
  try {
    const one = openSync(path, first)
    try {
      return [one, openSync(path, second)]
    } catch (error) {
      closeSync(one)
      throw error
    }
  } finally {
    closeSync(pipe)
  }
}

async function makePipes(): Promise<number[]> {
  const maker = start('sh', ['-c', makerScript])
  const timer = setTimeout(() => void endGroup(maker, 0), makerMs)
  const made: number[] = []
  try {
    const pid = await whenStarted(maker, 'sh')
    await new Promise<void>((resolve, reject) => {
      maker.stdout.once('data', () => resolve())
      maker.once('exit', () => reject(noPipes()))
    })
    for (const number of descriptors) {
      made.push(openSync(`/proc/${pid}/fd/${number}`, O_RDWR | O_NONBLOCK))
      if (!fstatSync(made.at(-1) ?? -1).isFIFO()) throw noPipes()
    }
    return made
  } catch (error) {
    for (const descriptor of made) closeSync(descriptor)
    throw error
  } finally {
    clearTimeout(timer)
    maker.stdin.on('error', () => {})
    maker.stdin.end()
  }
}

function noPipes(): Error {
  return appError('pipes-not-made')
}
