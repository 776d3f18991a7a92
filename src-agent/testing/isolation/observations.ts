import type { SandboxId } from '#contract/sandbox'
import { maskOf } from '../../base/kernel/capabilities.ts'
import { defaultCapabilities } from '../../engines/oci/grants.ts'
import {
  namespaceKinds,
  type Observed,
  type ObservedHost,
  type ObservedMount,
  type ObservedProcess,
  type Watched,
} from '../../observe/isolation/facts/observed.ts'

/** What a default sandbox of each class looks like, as it was seen on a real machine. */

const everyday = maskOf(defaultCapabilities)

export const host: ObservedHost = { kernelRelease: '6.18.0', lsm: 'capability', cpus: 2, memoryBytes: 2 ** 34 }

export function makeWatched(number = 1, more: Partial<Watched> = {}): Watched {
  const id = number.toString(16).padStart(12, '0') as SandboxId
  return {
    id,
    name: `box-${number}`,
    class: 'container',
    state: 'running',
    pid: 1000 + number,
    monitorPid: null,
    cgroup: `/joey/abc/${id}`,
    lease: { address: `10.1.0.${number}`, interface: `jyabcx${number}` },
    mounts: [],
    networks: [],
    ports: [],
    limits: { memoryBytes: null, cpus: null, pids: 4096 },
    grants: [],
    ownFolders: [],
    volumes: new Map(),
    ...more,
  }
}

export function makeProcess(more: Partial<ObservedProcess> = {}): ObservedProcess {
  return {
    pid: 1001,
    program: '/bin/sleep',
    uid: 0,
    gid: 0,
    capabilities: { effective: everyday, permitted: everyday, bounding: everyday },
    noNewPrivileges: true,
    seccomp: { mode: 2, filters: 1 },
    label: null,
    mapsUsers: false,
    userMap: '0 0 4294967295',
    namespaces: new Map(namespaceKinds.map((kind, index) => [kind, String(index)])),
    hostNamespaces: ['user', 'time'],
    ...more,
  }
}

export function makeObserved(number = 1, more: Partial<Observed> = {}): Observed {
  const watched = more.watched ?? makeWatched(number)
  return {
    watched,
    observedAt: new Date(0),
    kernel: 'host',
    engineProcess: makeProcess(),
    monitor: null,
    fileServers: [],
    accelerated: null,
    mounts: [],
    limits: { memoryBytes: null, cpus: null, pids: 4096, source: '/sys/fs/cgroup' },
    devices: [],
    network: {
      mode: 'own',
      interfaces: ['eth0'],
      address: watched.lease?.address ?? null,
      shared: [],
      inside: false,
      ports: [],
    },
    descriptors: { unixSockets: [], files: [], monitorSockets: [] },
    ...more,
  }
}

const nobody = makeProcess({
  uid: 65_534,
  gid: 65_534,
  capabilities: { effective: 0n, permitted: 0n, bounding: 0n },
  mapsUsers: true,
  hostNamespaces: ['time'],
})

export function makeGvisor(number = 2): Observed {
  const engineProcess = { ...nobody, program: '/usr/bin/runsc' }
  const watched = makeWatched(number, { class: 'gvisor' })
  return makeObserved(number, { watched, kernel: 'sentry', engineProcess, fileServers: [nobody] })
}

export function makeMicrovm(number = 3): Observed {
  const engineProcess = { ...nobody, program: '/usr/bin/qemu-system-x86_64' }
  const watched = makeWatched(number, { class: 'microvm' })
  return makeObserved(number, { watched, kernel: 'guest', accelerated: false, engineProcess })
}

export function makeMount(source: string, more: Partial<ObservedMount> = {}): ObservedMount {
  return { source, target: source, writable: false, kind: 'folder', seen: true, controls: false, ...more }
}

export function withCapability(observed: Observed, name: string): Observed {
  const { engineProcess } = observed
  const add = (mask: bigint) => mask | maskOf([name])
  const { effective, permitted, bounding } = engineProcess.capabilities
  const capabilities = { effective: add(effective), permitted: add(permitted), bounding: add(bounding) }
  return { ...observed, engineProcess: { ...engineProcess, capabilities } }
}
