import type { IsolationFact } from '#contract/isolation'
import { capabilityNames } from '../../base/kernel/capabilities.ts'
import { extraCapabilities, isFiltered, isHostRoot, sharedNamespaces } from '../../observe/isolation/facts/interpret.ts'
import type { Observed, ObservedHost, ObservedProcess } from '../../observe/isolation/facts/observed.ts'
import { formatBytes } from './words.ts'

type Fact = IsolationFact

/** Everything observed as lines, each with where it was read, so that it can be checked by hand. */
export function describeFacts(observed: Observed, host: ObservedHost): Fact[] {
  return [
    kernelFact(observed, host),
    processFact(observed),
    ...privilegeFacts(observed),
    ...namespaceFacts(observed),
    ...limitFacts(observed),
    ...fileFacts(observed),
    ...networkFacts(observed),
    ...endFacts(observed),
  ]
}

function kernelFact({ watched, kernel, accelerated, front }: Observed, host: ObservedHost): Fact {
  const values = {
    host: `this machine\u2019s own, Linux ${host.kernelRelease}`,
    sentry: 'an application kernel (gVisor)',
    guest: `one of its own, in a virtual machine ${accelerated ? 'on hardware (KVM)' : 'that is emulated'}`,
  }
  const expected = { container: 'host', gvisor: 'sentry', microvm: 'guest' }[watched.class]
  const source = kernel === 'host' ? `/proc/${front.pid}/ns/user` : `/proc/${front.pid}/exe`
  return { topic: 'kernel', name: 'Kernel', value: values[kernel], source, weaker: kernel !== expected }
}

function processFact({ front, kernel, watched }: Observed): Fact {
  const what = { host: 'Main process', sentry: 'Sentry', guest: 'Machine monitor' }[kernel]
  const value = `${front.program ?? 'program unknown'} (pid ${front.pid})`
  const cgroup = { source: `/proc/${front.pid}/exe, cgroup ${watched.cgroup}`, weaker: false }
  return { topic: 'process', name: what, value, ...cgroup }
}

function privilegeFacts(observed: Observed): Fact[] {
  const { front, kernel } = observed
  const source = `/proc/${front.pid}/status`
  const { mode, filters } = front.seccomp
  const seccomp =
    mode === 0 ? 'none' : mode === 1 ? 'strict mode' : `${filters || 'some'} filter${filters === 1 ? '' : 's'}`
  const beyond = extraCapabilities(observed)
  return [
    capabilityFact('Capabilities', front, front.capabilities.effective, beyond.length > 0),
    capabilityFact(
      'Capabilities within reach',
      front,
      front.capabilities.bounding,
      kernel === 'host' && beyond.length > 0,
    ),
    { topic: 'seccomp', name: 'Filter of system calls', value: seccomp, source, weaker: !isFiltered(front) },
    {
      topic: 'privileges',
      name: 'No new privileges',
      value: front.noNewPrivileges ? 'yes' : 'no',
      source,
      weaker: !front.noNewPrivileges && kernel === 'host',
    },
    {
      topic: 'users',
      name: 'User on this machine',
      value: isHostRoot(front) ? 'root' : `${front.uid}:${front.gid}`,
      source,
      weaker: kernel !== 'host' && isHostRoot(front),
    },
    {
      topic: 'users',
      name: 'Map of users',
      value: front.mapsUsers ? front.userMap : 'none: ids inside are the ids of this machine',
      source: `/proc/${front.pid}/uid_map`,
      weaker: false,
    },
    lsmFact(front),
  ]
}

function capabilityFact(name: string, front: ObservedProcess, mask: bigint, weaker: boolean): Fact {
  const names = capabilityNames(mask)
  const own = front.mapsUsers && names.length > 0 ? ' (over its own user namespace only)' : ''
  const value = names.length === 0 ? 'none' : `${names.join(', ')}${own}`
  return { topic: 'capabilities', name, value, source: `/proc/${front.pid}/status`, weaker }
}

function lsmFact({ pid, label }: ObservedProcess): Fact {
  const source = `/proc/${pid}/attr/current`
  return { topic: 'lsm', name: 'Security label', value: label ?? 'none', source, weaker: false }
}

function namespaceFacts(observed: Observed): Fact[] {
  const { front, kernel } = observed
  const shared = sharedNamespaces(observed)
  const own = [...front.namespaces.keys()].filter((kind) => !front.hostNamespaces.includes(kind))
  const source = `/proc/${front.pid}/ns`
  return [
    { topic: 'namespaces', name: 'Namespaces of its own', value: own.join(', ') || 'none', source, weaker: false },
    {
      topic: 'namespaces',
      name: 'Namespaces of this machine',
      value: front.hostNamespaces.join(', ') || 'none',
      source,
      // A sentry sees the processes of this machine, and its filter keeps it from touching them.
      weaker: shared.some((kind) => kernel === 'host' || kind !== 'pid'),
    },
  ]
}

function limitFacts({ limits, watched }: Observed): Fact[] {
  const { source } = limits
  const fact = (name: string, value: string | null): Fact => ({
    topic: 'limits',
    name,
    value: value ?? 'bound only by this machine',
    source,
    weaker: false,
  })
  return [
    {
      topic: 'cgroup',
      name: 'Accounted in',
      value: watched.cgroup,
      source: `/proc/${watched.pid}/cgroup`,
      weaker: false,
    },
    fact('Memory', limits.memoryBytes === null ? null : formatBytes(limits.memoryBytes)),
    fact('Processor time', limits.cpus === null ? null : `${Math.round(limits.cpus * 100) / 100} cores`),
    { ...fact('Processes', limits.pids === null ? null : String(limits.pids)), weaker: limits.pids === null },
  ]
}

function fileFacts({ mounts, devices, front, kernel }: Observed): Fact[] {
  const of = mounts.map(
    ({ source, target, writable, kind, seen, controls }): Fact => ({
      topic: kind === 'socket' ? 'sockets' : kind === 'device' ? 'devices' : 'mounts',
      name: target,
      value: `${source}, ${kind === 'folder' ? (writable ? 'read and write' : 'read only') : kind}`,
      source: seen ? (kernel === 'host' ? `/proc/${front.pid}/mountinfo` : 'mountinfo of the gofer') : 'record',
      weaker: controls || kind !== 'folder',
    }),
  )
  const none = { topic: 'mounts', name: 'Files of this machine', value: 'none', weaker: false } as const
  const trees: Fact[] =
    of.length > 0
      ? of
      : [
          {
            ...none,
            source: { host: `/proc/${front.pid}/mountinfo`, sentry: 'mountinfo of the gofer', guest: 'record' }[kernel],
          },
        ]
  return [...trees, deviceFact(devices, kernel)]
}

/** An engine keeps what it may use to itself: it answers for devices of its own making. */
function deviceFact(devices: Observed['devices'], kernel: Observed['kernel']): Fact {
  const told = { topic: 'devices', name: 'Devices' } as const
  if (devices === null) {
    const value = 'not told by this kernel: version 2 of cgroups decides by a program'
    return { ...told, value, source: 'cgroup', weaker: false }
  }
  const list = devices.map(({ name, access }) => `${name} (${access})`).join(', ')
  const whose = {
    host: '',
    sentry: ', for gVisor itself and not for the guest',
    guest: ', for QEMU and not for the guest',
  }
  return {
    ...told,
    value: list === '' ? 'the everyday ones only' : `${list}${whose[kernel]}`,
    source: 'devices.list of its cgroup',
    weaker: kernel === 'host' && devices.length > 0,
  }
}

function networkFacts({ network, front }: Observed): Fact[] {
  const values = {
    none: 'none but its own loopback',
    own: `of its own: ${network.interfaces.join(', ') || 'inside of the guest'}`,
    host: 'this machine\u2019s own',
  }
  const shared: Fact[] =
    network.shared === null
      ? []
      : [{ topic: 'network', name: 'Shared network', value: network.shared, source: 'nft list ruleset', weaker: true }]
  return [
    {
      topic: 'network',
      name: 'Network',
      value: values[network.mode],
      source: `/proc/${front.pid}/ns/net, net/dev`,
      weaker: network.mode === 'host',
    },
    ...(network.address === null
      ? []
      : [{ topic: 'network' as const, name: 'Address', value: network.address, source: 'lease', weaker: false }]),
    ...shared,
    ...network.ports.map(
      ({ hostPort, guestPort, inKernel }): Fact => ({
        topic: 'ports',
        name: `127.0.0.1:${hostPort}`,
        value: `leads to port ${guestPort}${inKernel ? '' : ', but the packet filter does not have it'}`,
        source: inKernel ? 'nft list ruleset' : 'record',
        weaker: false,
      }),
    ),
  ]
}

function endFacts({ ends, front, monitor, kernel, watched }: Observed): Fact[] {
  const source = `/proc/${front.pid}/fd`
  const held = ends.unixSockets.join(', ') || 'none'
  // What holds a guest has sockets for its consoles; a container has none but what was given to it.
  const weaker = kernel === 'host' && ends.unixSockets.length > 0
  const facts: Fact[] = [{ topic: 'sockets', name: 'Named sockets of this machine', value: held, source, weaker }]
  if (kernel !== 'host') {
    const value = ends.files.slice(0, 16).join(', ') || 'none'
    facts.push({ topic: 'process', name: 'Files of this machine held open', value, source, weaker: false })
  }
  if (monitor !== null) {
    const value = `${monitor.program ?? 'program unknown'} (pid ${monitor.pid}), ${ends.monitorSockets.join(', ') || 'no named socket'}`
    facts.push({
      topic: 'sockets',
      name: 'Who holds the other end',
      value,
      source: `/proc/${watched.monitorPid}/fd`,
      weaker: false,
    })
  }
  return facts
}
