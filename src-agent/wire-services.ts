import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import { createBackground } from './base/async/background.ts'
import { createKeyedLock } from './base/async/locks.ts'
import { createIdRanges, type IdRanges, readSubordinateIds } from './base/kernel/id-ranges.ts'
import { run } from './base/process/run.ts'
import type { Drivers } from './engines/driver.ts'
import { createMemoryCeiling } from './engines/memory-ceiling.ts'
import { createLogRotation } from './io/logs/log-rotation.ts'
import { createNetwork } from './network/create-network.ts'
import type { Network } from './network/network.ts'
import { untrustedFolders } from './sandboxes/host-paths.ts'
import { createNetworks } from './sandboxes/networks.ts'
import { createOpenHandles } from './sandboxes/open-handles.ts'
import { createSandboxService } from './sandboxes/sandbox-service.ts'
import { volumeUsers } from './sandboxes/volumes.ts'
import { createEventLog, type EventLog } from './state/event-log.ts'
import type { StateFolder } from './state/folder.ts'
import { openQuarantine, type Quarantine } from './state/quarantine.ts'
import { openFunctionRecords } from './state/records/function-records.ts'
import { openImageRecords } from './state/records/image-records.ts'
import { type NetworkRecords, openNetworkRecords } from './state/records/network-records.ts'
import { openSandboxRecords, type SandboxRecords } from './state/records/sandbox-records.ts'
import { killsCaused, openSelfTestRecords } from './state/records/self-test-records.ts'
import { openSnapshotRecords } from './state/records/snapshot-records.ts'
import { openVolumeRecords } from './state/records/volume-records.ts'
import { openRegistryLogins } from './state/registry-logins.ts'
import { openSettings, type SettingsStore } from './state/settings-store.ts'
import { createTasks } from './state/tasks.ts'
import { createDiskTools } from './storage/ext4/disk-tools.ts'
import { createDiskConverter } from './storage/ext4/ext4-disk.ts'
import { createImageStore } from './storage/images/image-store.ts'
import { createLayerStore } from './storage/layers/create-layer-store.ts'
import { createImageMounts, createPartMounts } from './storage/layers/image-mounts.ts'
import { createLimitedDisks } from './storage/limited/limited-disks.ts'
import { createPullService, nameInRegistry } from './storage/registry/pull-service.ts'

import { createTreeTools } from './storage/trees/tree-view.ts'
import { createVolumeStore } from './storage/volumes/volume-store.ts'

/** The services of the agent, wired. None of them acts before it is asked to. */
export type Services = ReturnType<typeof wireServices>

interface Deps {
  readonly folder: StateFolder
  readonly database: DatabaseSync
  readonly log: Logger
  readonly drivers: Drivers
  /** joey-outside, where this machine can map ids. */
  readonly outside: string | null
}

export function wireServices(deps: Deps) {
  const { folder, database, log, drivers, outside } = deps
  const now = () => new Date()
  const events = createEventLog(database, now)
  const leaving = new AbortController()
  const rotation = createLogRotation({ onError: (err, path) => log.warn({ err, path }, 'a log could not be rotated') })
  const quarantine = openReportingQuarantine(deps, events, now)
  const records = openSandboxRecords(database, events, quarantine)
  const selfTestRecords = openSelfTestRecords(database, quarantine)
  const settings = openSettings(database, events)
  const volumeRecords = openVolumeRecords(database, events, quarantine)
  const networkRecords = openNetworkRecords(database, events, quarantine)
  const idRanges = outside === null ? null : createIdRanges(readSubordinateIds(), Number.parseInt(folder.tag, 16))
  const parts = {
    idRanges,
    ...{ events, folder, log, now, drivers },
    ...openStorage(deps, events, quarantine, { sandboxes: records, settings }),
    limitedDisks: createLimitedDisks({ folder: folder.limitedMounts, run, log }),
    records,
    volumeRecords,
    volumes: createVolumeStore({
      ...{ folder: folder.volumes, records: volumeRecords, run, log, now },
      tools: createDiskTools(run),
      // Of images and of layers, which never change.
      trees: createTreeTools(run, () => true),
      usersOf: (name) => volumeUsers(records, name),
    }),
    functionRecords: openFunctionRecords(database, quarantine),
    snapshotRecords: openSnapshotRecords(database, events, quarantine),
    networkRecords,
    network: openNetwork(deps, { networkRecords, records }, idRanges),
    settings,
    memoryCeiling: createMemoryCeiling({
      cgroup: `/joey/${folder.tag}`,
      percent: () => settings.read().totalMemoryPercent,
      log,
    }),
    openHandles: createOpenHandles({ folder, rotation }),
    lock: createKeyedLock(),
    background: createBackground(log),
    killsCaused: (id: string, startedAt: string | null) => killsCaused(selfTestRecords, id, startedAt),
    /** Ends what waits; sandboxes go on. */
    signal: leaving.signal,
  }
  return {
    ...parts,
    sandboxes: createSandboxService(parts),
    networks: createNetworks(parts),
    tasks: createTasks(events, now),
    selfTestRecords,
    quarantine,
    /** Ends watches and waits; sandboxes go on. */
    dispose() {
      leaving.abort()
      rotation.close()
    },
  }
}

function openNetwork(
  { folder, log, outside }: Deps,
  { networkRecords, records }: { readonly networkRecords: NetworkRecords; readonly records: SandboxRecords },
  ranges: IdRanges | null,
): Network {
  return createNetwork({
    ...{ tag: folder.tag, folder: folder.network, run, log },
    users: outside === null || ranges === null ? null : { program: outside, ranges },
    nameOf: (id) => records.get(id)?.sandbox.name ?? null,
    subnets: () => networkRecords.all().flatMap(({ subnet }) => subnet ?? []),
  })
}

/** Images, and the read-only layers between them and what sandboxes write. */
function openStorage(
  { folder, database, log }: Deps,
  events: EventLog,
  quarantine: Quarantine,
  { sandboxes, settings }: { readonly sandboxes: SandboxRecords; readonly settings: SettingsStore },
) {
  const mounts = createPartMounts({ folder: folder.imageMounts, run })
  const images = createImageStore({
    mounts,
    folder: folder.images,
    records: openImageRecords(database, quarantine),
    onChanged: (image) => events.commit([{ type: 'image.changed', image }]),
    onRemoved: (digest) => events.commit([{ type: 'image.removed', digest }]),
    untrusted: () => untrustedFolders(sandboxes),
    nameOf: (ref) => nameInRegistry(ref, settings.read()),
    onMoved: ({ name, from, to }) =>
      events.commit([notice('image-name-moved', { name, from: shortDigest(from), to: shortDigest(to) })]),
    onForeignIds: (name, id) => events.commit([notice('image-ids-beyond', { name, id: String(id) })]),
    run,
    log,
  })
  const layers = createLayerStore({
    folder: join(folder.home, 'layers'),
    blockFolder: join(folder.home, 'blocks'),
    run,
    log,
    converter: createDiskConverter(run),
  })
  return {
    images,
    pulls: createPullService({
      ...{ folder: folder.images, runFolder: folder.run, run, images },
      settings: settings.read,
      logins: openRegistryLogins(folder.registryLogins, (path) =>
        events.commit([notice('logins-unreadable', { path })]),
      ),
      untrusted: () => untrustedFolders(sandboxes),
    }),
    imageMounts: createImageMounts(mounts, images.parts),
    layers,
  }
}

function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

/** A quarantine that logs and announces what is moved there. */
function openReportingQuarantine({ database, log }: Deps, events: EventLog, now: () => Date): Quarantine {
  return openQuarantine({
    database,
    now,
    onMoved: ({ table, id, why }, fact) => {
      log.error({ table, id, why }, 'a record could not be read and was set aside')
      events.commit([fact])
    },
    onBack: ({ table, id }) => log.info({ table, id }, 'a record that had been set aside can be read again'),
  })
}
