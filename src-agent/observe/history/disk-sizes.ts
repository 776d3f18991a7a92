import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxId } from '#contract/sandbox'
import { confine } from '../../base/process/confine.ts'
import type { Run } from '../../base/process/run.ts'
import type { SamplerClock } from '../usage/sampler-clock.ts'

const lookEveryMs = 60_000
/** One that writes is measured again after so long: to count its files may take as long as it took to write them. */
const againAfterMs = 5 * 60_000
const mostAtOnce = 100
const patienceMs = 60_000

/** What the disks of running sandboxes take. Counted again only of those that have written since. */
export interface DiskSizes {
  /** Null until it was counted. */
  of(id: SandboxId): number | null
  /** How much it has written since its start. */
  noteWritten(id: SandboxId, bytes: number): void
  close(): Promise<void>
}

interface Deps {
  readonly run: Run
  /** The state folder. */
  readonly home: string
  readonly clock: SamplerClock
  readonly running: () => readonly { readonly id: SandboxId }[]
  readonly onError: (error: unknown) => void
}

interface Known {
  readonly bytes: number
  readonly written: number
  readonly atMs: number
}

export function createDiskSizes({ run, home, clock, running, onError }: Deps): DiskSizes {
  const sizes = new Map<SandboxId, Known>()
  const written = new Map<SandboxId, number>()
  const leaving = new AbortController()
  let counting: Promise<void> | null = null

  const isDue = (id: SandboxId): boolean => {
    const known = sizes.get(id)
    if (known === undefined) return true
    return written.get(id) !== known.written && clock.monotonicMs() - known.atMs >= againAfterMs
  }
  const count = async (): Promise<void> => {
    const ids = running().map(({ id }) => id)
    for (const map of [sizes, written]) for (const id of map.keys()) if (!ids.includes(id)) map.delete(id)
    const due = ids.filter(isDue).slice(0, mostAtOnce)
    const before = new Map(due.map((id) => [id, written.get(id) ?? 0]))
    for (const [id, bytes] of await countBytes(run, home, due, leaving.signal)) {
      sizes.set(id, { bytes, written: before.get(id) ?? 0, atMs: clock.monotonicMs() })
    }
  }
  const stop = clock.every(lookEveryMs, () => {
    counting ??= count()
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) onError(error)
      })
      .finally(() => {
        counting = null
      })
  })
  return {
    of: (id) => sizes.get(id)?.bytes ?? null,
    noteWritten: (id, bytes) => void written.set(id, bytes),
    async close() {
      stop()
      leaving.abort()
      await counting
    },
  }
}

/** By a confined program, which sees nothing else and follows no link: the names below these folders are the guests'. */
async function countBytes(
  run: Run,
  home: string,
  ids: readonly SandboxId[],
  signal: AbortSignal,
): Promise<Map<SandboxId, number>> {
  const there = ids.filter((id) => existsSync(join(home, 'sandboxes', id)))
  if (there.length === 0) return new Map()
  const args = [
    '--summarize',
    '--null',
    '--block-size=1',
    '--one-file-system',
    '--',
    ...there.map((id) => `/state/${id}`),
  ]
  const [program, all] = confine('du', args, {
    shown: there.map((id) => ({ from: join(home, 'sandboxes', id), to: `/state/${id}`, writable: false })),
    capabilities: ['DAC_READ_SEARCH'],
  })
  const { stdout } = await run(program, all, { signal, timeoutMs: patienceMs, okExitCodes: [0, 1] })
  return new Map(
    stdout.split('\0').flatMap((line): (readonly [SandboxId, number])[] => {
      const [, bytes, id] = /^(\d+)\t\/state\/([a-f0-9]{12})$/.exec(line) ?? []
      return bytes === undefined || id === undefined ? [] : [[id as SandboxId, Number(bytes)]]
    }),
  )
}
