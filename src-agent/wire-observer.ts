import { dirname } from 'node:path'
import { networksOf } from '#contract/networks-of'
import { listDevices } from './engines/device-rules.ts'
import type { Driver } from './engines/driver.ts'
import { namesFor } from './network/names.ts'
import { createInterferenceMeter } from './observe/contention/interference.ts'
import type { Watched } from './observe/isolation/facts/observed.ts'
import { createObserver } from './observe/isolation/facts/observer.ts'
import { readPacketFilter } from './observe/isolation/facts/packet-filter.ts'
import { createIsolation, type IsolationService } from './observe/isolation/service.ts'
import { createCgroupReader } from './observe/usage/cgroup-reader.ts'
import { mountsOfGrants } from './sandboxes/grant-policy.ts'
import { mountsOfVolumes, type NamedVolume, volumesOf } from './sandboxes/volumes.ts'
import type { StateFolder } from './state/folder.ts'
import type { SandboxRecord } from './state/records/sandbox-records.ts'

interface Deps {
  readonly folder: StateFolder
  /** Every record; the ones that run are chosen from it. Called once a second. */
  readonly records: () => readonly SandboxRecord[]
  readonly folderOfVolume: (name: string) => string
  readonly driverOf: (record: SandboxRecord) => Driver | undefined
  /** Of a network by its name: sandboxes on it do not reach each other. */
  readonly isIsolated: (network: string) => boolean
  readonly onError: (error: unknown) => void
}

/** The service on this machine, wired. Does nothing before it is asked to. */
export function wireObserver({
  folder,
  records,
  folderOfVolume,
  driverOf,
  isIsolated,
  onError,
}: Deps): IsolationService {
  const { table } = namesFor(folder.tag)
  const own = [folder.images, folder.imageMounts]
  const agent = { folders: [folder.home, folder.run], sockets: [folder.socketPath] }
  return createIsolation({
    list: () => {
      const all = records()
      return all.flatMap((record) => {
        const volumes = volumesOf(record.sandbox.spec)
        const isShared = ({ volume }: NamedVolume) => usersOf(all, volume) > 1
        return (
          toWatched(record, driverOf(record), {
            // A volume that nobody else uses is a part of its disk.
            ownFolders: [
              ...[...own, ...foldersOf(folder, record.sandbox.id)],
              ...volumes.filter((each) => !isShared(each)).map(({ volume }) => folderOfVolume(volume)),
            ],
            shared: volumes.filter(isShared),
            folderOfVolume,
            isIsolated,
          }) ?? []
        )
      })
    },
    observer: createObserver({ agent, listDevices }),
    meter: createInterferenceMeter({ usage: createCgroupReader() }),
    readFilter: () => readPacketFilter(table),
    agentSockets: agent.sockets,
    isPrivileged: process.getuid?.() === 0,
    onError,
  })
}

const live: ReadonlySet<string> = new Set(['running', 'paused', 'stopping'])

function foldersOf(folder: StateFolder, id: string): string[] {
  const paths = folder.sandbox(id)
  return [paths.folder, paths.run, dirname(paths.upper)]
}

function usersOf(records: readonly SandboxRecord[], volume: string): number {
  return records.filter(({ sandbox }) => sandbox.spec.volumes.some((each) => each.volume === volume)).length
}

interface Given extends Pick<Deps, 'folderOfVolume' | 'isIsolated'> {
  readonly ownFolders: readonly string[]
  /** Volumes that other sandboxes use too. */
  readonly shared: readonly NamedVolume[]
}

/** What is to be observed of a record; null where nothing of it runs. */
function toWatched(
  { sandbox, monitorPid, lease }: SandboxRecord,
  driver: Driver | undefined,
  { ownFolders, shared, folderOfVolume, isIsolated }: Given,
): Watched | null {
  const { id, name, state, pid, spec, ports } = sandbox
  if (driver === undefined || pid === null || !live.has(state)) return null
  return {
    id,
    name,
    class: sandbox.class,
    state,
    pid,
    monitorPid,
    cgroup: driver.cgroup(id),
    lease: lease && { address: lease.address, interface: lease.interface },
    // What is granted and not named by a mount is mounted too.
    mounts: [
      ...spec.mounts,
      ...mountsOfGrants(spec.grants, spec.mounts),
      ...mountsOfVolumes({ folderOf: folderOfVolume }, { volumes: [...shared] }),
    ],
    volumes: new Map(shared.map(({ volume }) => [folderOfVolume(volume), volume])),
    networks: networksOf(spec).filter((each) => !isIsolated(each)),
    ports,
    limits: spec.limits,
    grants: spec.grants,
    ownFolders,
  }
}
