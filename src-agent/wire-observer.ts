import { dirname } from 'node:path'
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
import type { StateFolder } from './state/folder.ts'
import type { SandboxRecord } from './state/records/sandbox-records.ts'

interface Deps {
  readonly folder: StateFolder
  /** Every record; the ones that run are chosen from it. Called once a second. */
  readonly records: () => readonly SandboxRecord[]
  readonly driverOf: (record: SandboxRecord) => Driver | undefined
  readonly onError: (error: unknown) => void
}

/** The service on this machine, wired. Does nothing before it is asked to. */
export function wireObserver({ folder, records, driverOf, onError }: Deps): IsolationService {
  const { table } = namesFor(folder.tag)
  const own = [folder.images, folder.imageMounts]
  const agent = { folders: [folder.home, folder.run], sockets: [folder.socketPath] }
  return createIsolation({
    list: () =>
      records().flatMap(
        (record) => toWatched(record, driverOf(record), (id) => [...own, ...foldersOf(folder, id)]) ?? [],
      ),
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

/** What is to be observed of a record; null where nothing of it runs. */
function toWatched(
  { sandbox, monitorPid, lease }: SandboxRecord,
  driver: Driver | undefined,
  ownFolders: (id: string) => readonly string[],
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
    mounts: [...spec.mounts, ...mountsOfGrants(spec.grants, spec.mounts)],
    networkName: spec.networkName,
    ports,
    limits: spec.limits,
    grants: spec.grants,
    ownFolders: ownFolders(id),
  }
}
