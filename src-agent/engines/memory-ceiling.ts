import { mkdir, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Finding } from '#contract/agent'
import { appError } from '#contract/app-error'
import { finding } from '#contract/finding'
import { sentence } from '#contract/sentence'
import { cgroupRoot, enableControllers, openCgroups } from '../base/kernel/cgroup-hierarchy.ts'

/** What all sandboxes of this agent may use of the machine's memory together, held by the cgroup that all of theirs are in. */
export interface MemoryCeiling {
  /** Before something is started in it. Where the kernel does not let it be set, the start goes on, and doctor says so. */
  ensure(): Promise<void>
  /** Puts another one in force. Rejects with `conflict` where they use more already. Null: none. */
  change(percent: number | null): Promise<void>
  examine(): Promise<readonly Finding[]>
}

interface Deps {
  /** The cgroup that those of all sandboxes are in. */
  readonly cgroup: string
  /** Of the machine's memory; null: no ceiling. */
  readonly percent: () => number | null
  readonly log: Pick<Logger, 'warn'>
  readonly root?: string
  readonly totalBytes?: number
}

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30

/** A share of the machine's memory, in whole MiB. */
export function shareOfMemory(percent: number, totalBytes = totalmem()): number {
  return Math.floor((totalBytes * percent) / 100 / mebibyte) * mebibyte
}

export function createMemoryCeiling({
  cgroup,
  percent,
  log,
  root = cgroupRoot,
  totalBytes = totalmem(),
}: Deps): MemoryCeiling {
  const cgroups = openCgroups(root)
  const isV2 = cgroups.version === 'v2'
  const folder = cgroups.folderOf('memory', cgroup)
  const [limitFile, useFile] = isV2
    ? (['memory.max', 'memory.current'] as const)
    : (['memory.limit_in_bytes', 'memory.usage_in_bytes'] as const)
  const none = isV2 ? 'max' : '-1'
  const bytesOf = (share: number | null) => (share === null ? null : shareOfMemory(share, totalBytes))
  const read = (file: string) => cgroups.read('memory', cgroup, file)?.trim() ?? null
  const apply = async (share: number | null): Promise<void> => {
    const wanted = bytesOf(share)
    const now = read(limitFile)
    if (now === String(wanted ?? none) || (wanted === null && (now === null || Number(now) >= totalBytes))) return
    if (now === null) {
      if (isV2) await enableControllers(root, `${cgroup}/x`)
      await mkdir(folder, { recursive: true })
    }
    await writeFile(join(folder, limitFile), String(wanted ?? none))
  }
  return {
    async ensure() {
      await apply(percent()).catch((err: unknown) => log.warn({ err }, 'the ceiling of memory could not be set'))
    },
    async change(share) {
      const wanted = bytesOf(share)
      const used = Number(read(useFile) ?? 0)
      // A pure v2 would kill until it fits; v1 refuses, but only after it has thrown out all that it can.
      if (wanted !== null && isV2 && used > wanted) throw tooMuchInUse(wanted, used)
      // Nothing runs in it: the next start sets it.
      if (read(limitFile) === null) return
      await apply(share).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EBUSY' || wanted === null) throw error
        throw tooMuchInUse(wanted, used)
      })
    },
    async examine() {
      const wanted = percent()
      if (wanted === null) return [unlimited]
      const bytes = shareOfMemory(wanted, totalBytes)
      const inForce = read(limitFile)
      if (inForce !== null && Number(inForce) !== bytes) return [notInForce]
      const amount = `${(bytes / gibibyte).toFixed(1)} GiB`
      return [
        finding({ id: 'memory-ceiling', level: 'ok', title: sentence('memory-ceiling', { amount, percent: wanted }) }),
      ]
    },
  }
}

const unlimited = finding({
  id: 'memory-ceiling',
  level: 'warning',
  title: sentence('memory-ceiling-none'),
  detail: sentence('memory-ceiling-none-detail'),
})

const notInForce = finding({
  id: 'memory-ceiling',
  level: 'warning',
  title: sentence('memory-ceiling-not-in-force'),
  detail: sentence('memory-ceiling-not-in-force-detail'),
})

function tooMuchInUse(wanted: number, used: number): Error {
  const [ceiling, now] = [wanted, used].map((bytes) => Math.floor(bytes / mebibyte))
  return appError('total-memory-below-use', { ceiling: ceiling ?? 0, used: now ?? 0 })
}
