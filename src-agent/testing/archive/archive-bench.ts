import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pino from 'pino'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import type { createArchiveHandlers } from '../../archive/archive-handlers.ts'
import { run } from '../../base/process/run.ts'
import { createTrees } from '../../sandboxes/create-trees.ts'
import { newRecord } from '../../sandboxes/new-record.ts'
import { openDatabase } from '../../state/database.ts'
import { createEventLog } from '../../state/event-log.ts'
import { openStateFolder } from '../../state/folder.ts'
import { openSandboxRecords } from '../../state/records/sandbox-records.ts'
import { openSnapshotRecords } from '../../state/records/snapshot-records.ts'
import { openSettings } from '../../state/settings-store.ts'
import { createTasks } from '../../state/tasks.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { createImageStore } from '../../storage/images/image-store.ts'
import { createLayerStore } from '../../storage/layers/create-layer-store.ts'
import { createImageMounts, createPartMounts } from '../../storage/layers/image-mounts.ts'
import type { Services } from '../../wire-services.ts'
import { createMemoryRecords } from '../images/memory-records.ts'
import { openTestQuarantine } from '../quarantine.ts'

/** What archives are made from. */
type ArchiveServices = Parameters<typeof createArchiveHandlers>[0] & Pick<Services, 'imageMounts'>

/** An agent's state with everything that archives use and no engine. */
export interface ArchiveBench {
  readonly base: string
  readonly services: ArchiveServices
  /** A sandbox that has never run, on the built-in image; its writable layer is what `fill` makes of the folder. */
  addSandbox(request: {
    name: string
    spec?: Partial<Sandbox['spec']>
    /** `busybox` otherwise. */
    image?: string
    parentId?: string
    layers?: string[]
    fill?: (upper: string) => Promise<void>
  }): Promise<string>
  addLayer(fill: (folder: string) => Promise<void>): Promise<string>
  close(): Promise<void>
}

const { signal } = new AbortController()
const log = pino({ enabled: false })

export async function openArchiveBench(): Promise<ArchiveBench> {
  const base = await mkdtemp(join(tmpdir(), 'joey-archive-'))
  const home = join(base, 'home')
  const folder = openStateFolder({ home, run: join(home, 'run'), socketPath: join(home, 'run', 'joeyd.sock') })
  const database: DatabaseSync = openDatabase(folder.database)
  const events = createEventLog(database, () => new Date())
  const records = openSandboxRecords(database, events, openTestQuarantine(database))
  const snapshotRecords = openSnapshotRecords(database, events, openTestQuarantine(database))
  const mounts = createPartMounts({ folder: folder.imageMounts, run })
  const images = createImageStore({
    mounts,
    folder: folder.images,
    records: createMemoryRecords(),
    run,
    onChanged: () => {},
    onRemoved: () => {},
    onMoved: () => {},
    onForeignIds: () => {},
    log,
  })
  const imageMounts = createImageMounts(mounts, images.parts)
  const layers = createLayerStore({
    folder: join(home, 'layers'),
    blockFolder: join(home, 'blocks'),
    run,
    log,
    converter: createDiskConverter(run),
  })
  const parts = {
    ...{ records, events, folder, images, imageMounts, layers, snapshotRecords, log, signal },
    now: () => new Date(),
    drivers: new Map([['container', { class: 'container' }]]) as unknown as Services['drivers'],
  }
  const findSnapshot = (ref: string) => {
    const found = snapshotRecords.get(ref)
    if (found) return found
    throw new Error(`no snapshot ${ref}`)
  }
  const services = {
    ...parts,
    trees: createTrees({ ...parts, findSnapshot }),
    settings: openSettings(database, events),
    tasks: createTasks(events, () => new Date()),
  } as unknown as ArchiveServices
  await images.ensureBuiltIn(signal)
  const addLayer: ArchiveBench['addLayer'] = async (fill) => {
    const made = join(base, `layer-${layers.newId()}`)
    await fill(made)
    const id = layers.newId()
    await layers.adoptFolder(id, made)
    await layers.seal(id, { signal })
    return id
  }
  return {
    base,
    services,
    addLayer,
    async addSandbox({ name, spec = {}, image: from = 'busybox', parentId, layers: chain = [], fill }) {
      const image = images.find(from)
      const whole = SandboxSpec.parse({ image: from, ...spec })
      const wish = { name, spec: whole, argv: ['sh'], image: { reference: from, digest: image.digest } }
      const record = newRecord(parts, { ...wish, state: 'created', layers: chain, ...(parentId && { parentId }) })
      const { upper, folder: own } = folder.sandbox(record.sandbox.id)
      if (fill) {
        await run('mkdir', ['-p', own])
        await fill(upper)
      }
      records.put(record)
      return record.sandbox.id
    },
    async close() {
      for (const { digest } of images.list().flatMap((image) => images.parts(image.digest))) await mounts.drop(digest)
      database.close()
      await run('rm', ['-rf', base])
    },
  }
}
