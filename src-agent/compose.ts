import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Logger } from 'pino'
import type { IsolationClass } from '#contract/sandbox'
import type { Driver } from './engines/driver.ts'
import { createImageStore } from './storage/images/image-store.ts'
import { createLayerStore } from './storage/layers/create-layer-store.ts'
import { createDiskConverter } from './storage/ext4/ext4-disk.ts'
import { createImageMounts } from './storage/layers/image-mounts.ts'
import { createLogRotation } from './io/logs/log-rotation.ts'
import { createNetwork } from './network/create-network.ts'
import { run } from './base/process/run.ts'
import { createBackground } from './base/async/background.ts'
import type { SandboxContext } from './sandboxes/context.ts'
import { createKeyedLock } from './sandboxes/keyed-lock.ts'
import { createLiveParts } from './sandboxes/open-handles.ts'
import { openSandboxRecords } from './state/records/sandbox-records.ts'
import { createSandboxService, type SandboxService } from './sandboxes/sandbox-service.ts'
import { killsCaused, openSelfTestRecords, type SelfTestRecords } from './state/records/self-test-records.ts'
import { openSettings, type SettingsStore } from './state/settings-store.ts'
import { openSnapshotRecords } from './state/records/snapshot-records.ts'
import { createEventLog } from './state/event-log.ts'
import type { StateFolder } from './state/folder.ts'
import { openImageRecords } from './state/records/image-records.ts'
import { createTasks, type Tasks } from './state/tasks.ts'

/** The services of the agent, wired. None of them acts before it is asked to. */
export interface Services {
  readonly context: SandboxContext
  readonly sandboxes: SandboxService
  readonly tasks: Tasks
  readonly settings: SettingsStore
  readonly selfTestRecords: SelfTestRecords
  /** Ends watches and waits; sandboxes go on. */
  dispose(): void
}

interface Ground {
  readonly folder: StateFolder
  readonly database: DatabaseSync
  readonly log: Logger
  readonly drivers: ReadonlyMap<IsolationClass, Driver>
}

export function composeServices({ folder, database, log, drivers }: Ground): Services {
  const now = () => new Date()
  const events = createEventLog(database, now)
  const leaving = new AbortController()
  const images = createImageStore({
    folder: folder.images,
    records: openImageRecords(database),
    run,
    onChanged: (image) => events.commit([{ type: 'image.changed', image }]),
    onRemoved: (digest) => events.commit([{ type: 'image.removed', digest }]),
    log,
  })
  const rotation = createLogRotation({ onError: (err, path) => log.warn({ err, path }, 'a log could not be rotated') })
  const selfTestRecords = openSelfTestRecords(database)
  const context: SandboxContext = {
    records: openSandboxRecords(database, events),
    events,
    folder,
    images,
    imageMounts: createImageMounts({ folder: folder.imageMounts, run, filePath: images.filePath }),
    layers: createLayerStore({
      folder: join(folder.home, 'layers'),
      blockFolder: join(folder.home, 'blocks'),
      run,
      log,
      converter: createDiskConverter(run),
    }),
    snapshots: openSnapshotRecords(database, events),
    network: createNetwork({ tag: folder.tag, folder: folder.network, run, log }),
    live: createLiveParts({ folder, run, rotation }),
    lock: createKeyedLock(),
    background: createBackground(log),
    log,
    now,
    drivers,
    killsCaused: (id, startedAt) => killsCaused(selfTestRecords, id, startedAt),
    signal: leaving.signal,
  }
  const dispose = () => {
    leaving.abort()
    rotation.close()
  }
  const settings = openSettings(database, events)
  return {
    context,
    sandboxes: createSandboxService(context),
    tasks: createTasks(events, now),
    settings,
    selfTestRecords,
    dispose,
  }
}
