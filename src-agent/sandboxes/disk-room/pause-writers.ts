import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import type { NoticeFact } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import type { Drivers } from '../../engines/driver.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { SettingsStore } from '../../state/settings-store.ts'
import { recentlyChangedBytes } from '../../storage/layers/recently-changed.ts'
import { driverOf } from '../find-driver.ts'
import { chooseWriters, type Verdict, type Writer } from './room-history.ts'
import type { Room } from './watch-disk-room.ts'

/** What pausing who fills the disk needs. */
export interface WriterPauseDeps {
  readonly records: Pick<SandboxRecords, 'all' | 'get'>
  readonly settings: Pick<SettingsStore, 'read'>
  readonly drivers: Drivers
  readonly folder: Pick<StateFolder, 'sandbox'>
  readonly sandboxes: { pauseWriter(id: string, bytes: number, fact: NoticeFact): Promise<unknown> }
  readonly log: Pick<Logger, 'warn'>
  /** For tests: what the files of a folder take up that have changed since a time. */
  readonly changed?: typeof recentlyChangedBytes
}

const mebibyte = 2 ** 20

/** Pauses whoever takes what is left of the disk: paused it takes nothing more, nothing of it is lost, and it can go on. */
export function createWriterPause(deps: WriterPauseDeps): (verdict: Verdict, room: Room) => Promise<void> {
  const { settings, log } = deps
  let search: Promise<void> | null = null
  return async (verdict, room) => {
    if (!settings.read().pauseDiskWriters) return
    try {
      if (!verdict.isUnexplained) return await pauseAll(deps, verdict, room, 'written')
      search ??= searchFiles(deps, verdict, room).finally(() => {
        search = null
      })
      await search
    } catch (err) {
      log.warn({ err }, 'who takes the room of the disk could not be paused')
    }
  }
}

/** What was written by nobody who is still there is looked for in the files of those whose writable layer is a folder. */
async function searchFiles(deps: WriterPauseDeps, verdict: Verdict, room: Room): Promise<void> {
  const { records, changed = recentlyChangedBytes } = deps
  const sinceMs = Date.now() - verdict.spanMs
  const found: Writer[] = []
  for (const { sandbox } of records.all()) {
    const { id } = sandbox
    if (sandbox.state !== 'running' || isBounded(deps, sandbox)) continue
    found.push({ id, bytes: await changed(deps.folder.sandbox(id).upper, sinceMs) })
  }
  const { writers } = chooseWriters(found, verdict.goneBytes)
  await pauseAll(deps, { ...verdict, writers }, room, 'files')
}

async function pauseAll(deps: WriterPauseDeps, verdict: Verdict, room: Room, how: 'written' | 'files'): Promise<void> {
  await Promise.all(
    verdict.writers.map(async ({ id, bytes }) => {
      const sandbox = deps.records.get(id)?.sandbox
      if (sandbox === undefined) return
      const [written = 0, free = 0, reserve = 0] = [bytes, room.freeBytes, room.reserveBytes].map((each) =>
        Math.floor(each / mebibyte),
      )
      const seconds = Math.max(1, Math.round(verdict.spanMs / 1000))
      const limit = isBounded(deps, sandbox) ? 'yes' : 'no'
      const values = { name: sandbox.name, how, written, seconds, free, reserve, path: room.path, limit } as const
      await deps.sandboxes.pauseWriter(id, bytes, notice('disk-writer-paused', values))
    }),
  )
}

function isBounded(deps: WriterPauseDeps, sandbox: Sandbox): boolean {
  return sandbox.spec.limits.diskBytes !== null || driverOf(deps, sandbox.class).disk === 'image'
}
