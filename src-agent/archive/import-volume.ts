import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { importVolume } from '#contract/volume'
import { roomToFill } from '../base/disk-room.ts'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { confine } from '../base/process/confine.ts'
import { run } from '../base/process/run.ts'
import { writeAll } from '../base/process/write-all.ts'
import { hostRules } from '../sandboxes/host-paths.ts'
import { createDiskTools } from '../storage/ext4/disk-tools.ts'
import { compressionOf, decompress, peek } from '../storage/images/compression.ts'
import { readHandle } from '../storage/images/image-source.ts'
import { createArchiveCheck } from '../storage/tar/archive-check.ts'
import type { Bytes } from '../storage/tar/byte-reader.ts'
import { readEntries } from '../storage/tar/read-entries.ts'
import { bodyOf, endOfTar, headOf } from '../storage/tar/write-entry.ts'
import { requireOpenName } from '../storage/volumes/volume-store.ts'
import type { VolumeArchiveDeps } from './export-volume.ts'
import { runTask } from './run-task.ts'

type ImportRequest = z.output<(typeof importVolume)['request']>
type Counted = Omit<z.output<(typeof importVolume)['response']>, 'name'>

/** Makes a tar file the content of a volume. It is read to its end and unpacked beside the volume before that changes. */
export async function importVolumeFrom(deps: VolumeArchiveDeps, request: ImportRequest, signal: AbortSignal) {
  const { name, path, replace, task } = request
  const { volumes } = deps
  const isNew = !volumes.has(name)
  if (isNew) requireOpenName(name)
  return runTask(deps, { id: task, kind: 'volume.import', subject: name, signal }, async (stop, report) => {
    const missing = () => appError('source-not-found', { path })
    const held = await openOnHost(path, hostRules(deps).untrusted, missing)
    try {
      if (!held.stats.isFile()) throw missing()
      if (isNew) volumes.create({ name })
      let counted: Counted = { files: 0, bytes: 0, leftOut: 0 }
      const make = async (folder: string): Promise<void> => {
        const file = await open(`/proc/self/fd/${held.handle.fd}`, 'r')
        try {
          const { size } = held.stats
          const bytes = readHandle(file, stop, (position) => report('unpacking', position / Math.max(1, Number(size))))
          counted = await unpackArchive(bytes, folder, stop)
        } finally {
          await file.close()
        }
      }
      await volumes.replace(name, { replace, make }).catch((error: unknown) => giveBack(deps, name, isNew, error))
      return { name, ...counted }
    } finally {
      await held.close()
    }
  })
}

/** One that was made for an import that failed goes, unless somebody has found a use for it. */
async function giveBack({ volumes }: VolumeArchiveDeps, name: string, isNew: boolean, error: unknown): Promise<never> {
  if (isNew) await volumes.remove(name).catch(() => {})
  throw error
}

/** By GNU tar in its confinement, which reads headers that are our own. */
async function unpackArchive(bytes: Bytes, folder: string, signal: AbortSignal): Promise<Counted> {
  const check = createArchiveCheck(await roomToFill(folder), 'volume')
  const { head, all } = await peek(bytes, 512)
  const counted = { files: 0, bytes: 0, leftOut: 0 }
  const pack = async (out: Writable): Promise<void> => {
    for await (const { entry, content } of readEntries(decompress(all, compressionOf(head), confine), {
      foreign: true,
    })) {
      signal.throwIfAborted()
      const safe = check(entry)
      if (safe === null) {
        counted.leftOut += 1
        continue
      }
      if (safe.path !== '') counted.files += 1
      counted.bytes += safe.stored
      await writeAll(out, headOf(safe, { sparse: true }))
      for await (const piece of bodyOf(safe, content, { sparse: true })) await writeAll(out, piece)
    }
    await writeAll(out, endOfTar)
  }
  await createDiskTools(run).unpack(folder, pack, signal)
  return counted
}
