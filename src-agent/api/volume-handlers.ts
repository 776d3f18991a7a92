import { isDeepStrictEqual } from 'node:util'
import { appError } from '#contract/app-error'
import type { Volume, VolumeDetails } from '#contract/volume'
import { defineHandlers } from '../base/handlers.ts'
import { requireOpenName, type VolumeStore } from '../storage/volumes/volume-store.ts'

export interface VolumeHandlerDeps {
  readonly volumes: VolumeStore
}

/** What is asked about volumes. */
export function volumeHandlers({ volumes }: VolumeHandlerDeps) {
  const detail = async (volume: Volume, sizes: boolean, signal: AbortSignal): Promise<VolumeDetails> => ({
    ...volume,
    users: [...volumes.usersOf(volume.name)],
    sizeBytes: sizes ? await volumes.measure(volume.name, signal) : null,
  })
  return defineHandlers({
    createVolume: async ({ name, labels }) => {
      if (name !== undefined) requireOpenName(name)
      const volume = volumes.create({ ...(name !== undefined && { name }), labels })
      if (!isDeepStrictEqual(volume.labels, labels)) throw appError('volume-exists', { name: volume.name })
      return volume
    },
    listVolumes: async ({ sizes }, signal) => {
      const found: VolumeDetails[] = []
      for (const volume of volumes.list()) found.push(await detail(volume, sizes, signal))
      return found
    },
    inspectVolume: ({ name }, signal) => detail(volumes.find(name), true, signal),
    removeVolume: async ({ name }) => {
      await volumes.remove(name)
      return { name }
    },
    pruneVolumes: async ({ all, dryRun }, signal) => {
      const unused = volumes
        .list()
        .filter(({ name, anonymous }) => (all || anonymous) && volumes.usersOf(name).length === 0)
      const removed: { name: string; sizeBytes: number }[] = []
      for (const { name } of unused) {
        const sizeBytes = await volumes.measure(name, signal)
        if (!dryRun) await volumes.remove(name)
        removed.push({ name, sizeBytes })
      }
      return { removed, freedBytes: removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
    },
  })
}
