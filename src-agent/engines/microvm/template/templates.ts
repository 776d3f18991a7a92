import { access, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { AppError } from '#contract/app-error'
import { templateLog } from '../qemu/boot-log.ts'
import { type MachineShape, shapeKey } from '../qemu/machine-shape.ts'

/** States of booted guests that wait for their sandbox. A machine that starts from one need not boot. */
export interface Templates {
  /** The file of a state, or null where there is none yet; then one is made in the background. */
  find(shape: MachineShape): Promise<string | null>
  /** Resolves when one is there for the shape, or cannot be made. */
  ensure(shape: MachineShape): Promise<void>
  /** A machine did not come up from it. It is thrown away, and none is made for that shape by this agent again. */
  discard(shape: MachineShape): Promise<void>
  /** Stops making. Resolves when no machine of a template is left. */
  close(): Promise<void>
}

interface Deps {
  /** Holds a folder for each key. */
  readonly folder: string
  /** Changes with everything that a state depends on: kernel, init, QEMU, this boot of the host. */
  readonly key: string
  readonly make: (shape: MachineShape, path: string, signal: AbortSignal) => Promise<void>
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** Each takes about 50 MiB on disk. */
  readonly most?: number
}

export function createTemplates({ folder, key, make, log, most = 6 }: Deps): Templates {
  const home = join(folder, key)
  const stop = new AbortController()
  const failed = new Set<string>()
  const making = new Map<string, Promise<void>>()
  let queue: Promise<unknown> = removeOthers(folder, key)
  const pathOf = (shape: MachineShape): string => join(home, `${shapeKey(shape)}.state`)

  const makeNow = async (shape: MachineShape): Promise<void> => {
    const path = pathOf(shape)
    if (stop.signal.aborted || (await exists(path))) return
    const begin = performance.now()
    try {
      await mkdir(home, { recursive: true, mode: 0o700 })
      await make(shape, path, stop.signal)
      log.info({ shape, ms: Math.round(performance.now() - begin) }, 'a template for micro-VMs was made')
      await removeOldest(home, most)
    } catch (error) {
      if (stop.signal.aborted) return
      failed.add(shapeKey(shape))
      log.warn({ err: AppError.from(error).wire, shape }, 'no template for micro-VMs; they boot instead')
    }
  }
  // One at a time: each is a whole machine.
  const ensure = (shape: MachineShape): Promise<void> => {
    const name = shapeKey(shape)
    if (failed.has(name)) return Promise.resolve()
    const running = making.get(name)
    if (running) return running
    const made = queue.then(() => makeNow(shape)).finally(() => making.delete(name))
    making.set(name, made)
    queue = made
    return made
  }
  return {
    ensure,
    async find(shape) {
      const path = pathOf(shape)
      if (failed.has(shapeKey(shape))) return null
      if (!(await exists(path))) {
        void ensure(shape)
        return null
      }
      const now = new Date()
      await utimes(path, now, now).catch(() => undefined)
      return path
    },
    async discard(shape) {
      failed.add(shapeKey(shape))
      await removeState(pathOf(shape))
    },
    async close() {
      stop.abort()
      await queue
    },
  }
}

async function removeOthers(folder: string, key: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each !== key)) {
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Those that were used longest ago go first. A machine that starts from one at this moment has it open already. */
async function removeOldest(home: string, most: number): Promise<void> {
  const names = (await readdir(home)).filter((name) => name.endsWith('.state'))
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(home, name), used: (await stat(join(home, name))).mtimeMs })),
  )
  const surplus = files.sort((one, other) => other.used - one.used).slice(most)
  for (const { path } of surplus) await removeState(path)
}

async function removeState(path: string): Promise<void> {
  await Promise.all([path, templateLog(path)].map((file) => rm(file, { force: true })))
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
