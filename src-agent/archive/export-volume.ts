import type * as z from 'zod'
import type { exportVolume } from '#contract/volume'
import { hostRules } from '../sandboxes/host-paths.ts'
import type { VolumeStore } from '../storage/volumes/volume-store.ts'
import type { ExportDeps } from './export-service.ts'
import { openLayerTar } from './oci/layer-tar.ts'
import { openOutput } from './output-file.ts'
import { runTask } from './run-task.ts'

export interface VolumeArchiveDeps extends Pick<ExportDeps, 'tasks' | 'places' | 'folder' | 'records'> {
  readonly volumes: Pick<VolumeStore, 'find' | 'has' | 'create' | 'remove' | 'folderOf' | 'measure' | 'replace'>
}

type ExportRequest = z.output<(typeof exportVolume)['request']>

/** Writes what a volume holds to a tar file, which is there whole or not at all. What is written to the volume meanwhile may be in it or not. */
export async function exportVolumeTo(deps: VolumeArchiveDeps, request: ExportRequest, signal: AbortSignal) {
  const { name, output: path, replace } = request
  const { volumes, places } = deps
  volumes.find(name)
  return runTask(deps, { id: request.task, kind: 'volume.export', subject: name, signal }, async (stop, report) => {
    await places.ready
    const allBytes = await volumes.measure(name, stop)
    const output = await openOutput({
      ...{ path, replace, kind: 'file', neededBytes: allBytes, rules: hostRules(deps), notes: places.notes },
    })
    try {
      const source = { kind: 'folder' as const, path: volumes.folderOf(name) }
      const tar = await openLayerTar(source, { signal: stop, changes: true })
      let bytes = 0
      async function* counted(): AsyncGenerator<Buffer> {
        for await (const chunk of tar.bytes) {
          bytes += chunk.length
          report('packing', Math.min(1, bytes / Math.max(1, allBytes)))
          yield chunk
        }
      }
      await output.write(counted())
      stop.throwIfAborted()
      await output.publish(0o600)
      return { output: path, bytes, leftOut: tar.sockets.length }
    } finally {
      await output.discard()
    }
  })
}
