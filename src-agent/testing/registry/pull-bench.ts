import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RegistryCredential, Task, Transfer } from '#contract/image'
import { Settings } from '#contract/settings'
import { run } from '../../base/process/run.ts'
import { openRegistryLogins } from '../../state/registry-logins.ts'
import { createPullService, nameInRegistry, type PullService } from '../../storage/registry/pull-service.ts'
import type { PullDeps, Pulled } from '../../storage/registry/pull-types.ts'
import { openBench, type StoreBench } from '../images/store-bench.ts'

/** A store of images with the service that pulls into it. */
export interface PullBench {
  readonly bench: StoreBench
  readonly pulls: PullService
  readonly store: StoreBench['store']
  /** What was reported of the last pull. */
  readonly reports: { readonly phase: Task['phase']; readonly transfer: Transfer | undefined }[]
  set(change: Partial<Settings>): void
  pull(ref: string, more?: PullMore): Promise<Pulled>
  /** All that lies in the folder of the store, but for what belongs to the images that it has. */
  leftovers(): Promise<string[]>
  close(): Promise<void>
}

export interface PullMore {
  readonly credential?: RegistryCredential
  readonly allowHosts?: readonly string[]
  readonly signal?: AbortSignal
  onTransfer?(transfer: Transfer): void
}

export async function openPullBench(more: Partial<PullDeps> = {}): Promise<PullBench> {
  const bench = await openBench()
  let settings = Settings.parse({})
  const store = bench.open({ nameOf: (ref) => nameInRegistry(ref, settings) })
  const logins = openRegistryLogins(join(bench.folder, '..', 'logins.json'), () => undefined)
  const runFolder = join(bench.folder, '..', 'run')
  await mkdir(runFolder)
  const pulls = createPullService({
    ...{ folder: bench.folder, runFolder, run, images: store, settings: () => settings, logins },
    pause: async () => {},
    ...more,
  })
  await store.reconcile()
  await pulls.reconcile()
  const reports: { phase: Task['phase']; transfer: Transfer | undefined }[] = []
  return {
    ...{ bench, pulls, store, reports },
    set: (change) => {
      settings = Settings.parse({ ...settings, ...change })
    },
    pull(ref, { credential, allowHosts = [], signal = new AbortController().signal, onTransfer } = {}) {
      const onProgress = (phase: Task['phase'], _progress: number | null, transfer?: Transfer): void => {
        reports.push({ phase, transfer })
        if (transfer) onTransfer?.(transfer)
      }
      return pulls.pull({ ref, credential: credential ?? null, allowHosts, signal, onProgress })
    },
    async leftovers() {
      const files = await readdir(bench.folder, { recursive: true, withFileTypes: true })
      return files.filter((file) => !file.isDirectory()).map((file) => file.name)
    },
    close: () => bench.close(),
  }
}
