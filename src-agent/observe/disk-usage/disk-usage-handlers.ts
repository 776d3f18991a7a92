import type { Sandbox } from '#contract/sandbox'
import { defineHandlers } from '../../base/handlers.ts'
import type { Run } from '../../base/process/run.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { SnapshotStore } from '../../state/records/snapshot-records.ts'
import type { VolumeRecords } from '../../state/records/volume-records.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import { countDiskUsage, type Kept } from './count-disk-usage.ts'
import { measureState } from './measure-state.ts'

interface Deps {
  readonly run: Run
  readonly folder: { readonly home: string }
  readonly images: Pick<ImageStore, 'list' | 'parts'>
  readonly records: Pick<SandboxRecords, 'all'>
  readonly snapshotRecords: Pick<SnapshotStore, 'all'>
  readonly volumeRecords: Pick<VolumeRecords, 'all'>
  readonly usersOfVolume: (name: string) => readonly string[]
  /** Of builds, and no sandbox of a person. */
  readonly isBuilder: (sandbox: Sandbox) => boolean
}

export function createDiskUsageHandlers(deps: Deps) {
  return defineHandlers({
    async readDiskUsage(_request, signal) {
      const kinds = countDiskUsage(await measureState(deps.run, deps.folder.home, signal), listKept(deps))
      const add = (value: 'bytes' | 'reclaimableBytes') => kinds.reduce((total, each) => total + each[value], 0)
      return { kinds, bytes: add('bytes'), reclaimableBytes: add('reclaimableBytes') }
    },
  })
}

function listKept({ images, records, snapshotRecords, volumeRecords, usersOfVolume, isBuilder }: Deps): Kept {
  const [sandboxes, snapshots] = [records.all(), snapshotRecords.all()]
  const used = new Set([
    ...sandboxes.map(({ sandbox }) => sandbox.imageDigest),
    ...snapshots.map(({ snapshot }) => snapshot.imageDigest),
  ])
  return {
    images: images.list().map(({ digest, builtIn }) => ({
      ...{ parts: images.parts(digest), isUsed: builtIn || used.has(digest) },
    })),
    sandboxes: sandboxes.map(({ sandbox, layers }) => {
      const { id, state, restartsAt } = sandbox
      return { id, state, restartsAt, layers, isBuilder: isBuilder(sandbox) }
    }),
    snapshots: snapshots.map(({ layers, snapshot }) => ({ layers, hasMemory: snapshot.live !== null })),
    volumes: volumeRecords.all().map(({ id, volume }) => ({ id, isUsed: usersOfVolume(volume.name).length > 0 })),
  }
}
