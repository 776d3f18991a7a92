import { formatBytes } from '#contract/byte-size'
import { portText } from '#contract/port-text'
import { type Sentence, sentence } from '#contract/sentence'
import { capabilityNames } from '../../../base/kernel/capabilities.ts'
import { extraCapabilities, isFiltered, isHostRoot, sharedNamespaces } from '../facts/interpret.ts'
import { everyDevice, type Observed, type ObservedHost, type ObservedProcess } from '../facts/observed.ts'
import { fact, listOf, raw, type Text, type WordedFact } from './text.ts'
import { describeProcess } from './words.ts'

const none = sentence('value-none')

/** Everything observed as lines, each with where it was read, so that it can be checked by hand. */
export function describeFacts(observed: Observed, host: ObservedHost): WordedFact[] {
  return [
    kernelFact(observed, host),
    processFact(observed),
    ...privilegeFacts(observed),
    ...namespaceFacts(observed),
    ...limitFacts(observed),
    ...fileFacts(observed),
    ...networkFacts(observed),
    ...descriptorFacts(observed),
  ]
}

function kernelFact({ watched, kernel, accelerated, engineProcess }: Observed, host: ObservedHost): WordedFact {
  const value = {
    host: sentence('kernel-of-host', { release: host.kernelRelease }),
    sentry: sentence('kernel-of-sentry'),
    guest: sentence('kernel-of-guest', { speed: accelerated ? 'hardware' : 'emulated' }),
  }[kernel]
  const expected = { container: 'host', gvisor: 'sentry', microvm: 'guest' }[watched.class]
  const source = raw(kernel === 'host' ? `/proc/${engineProcess.pid}/ns/user` : `/proc/${engineProcess.pid}/exe`)
  return fact({ topic: 'kernel', name: sentence('fact-kernel'), value, source, weaker: kernel !== expected })
}

function processFact({ engineProcess, kernel, watched }: Observed): WordedFact {
  const name = {
    host: sentence('fact-main-process'),
    sentry: sentence('fact-sentry'),
    guest: sentence('fact-monitor'),
  }[kernel]
  const source = raw(`/proc/${engineProcess.pid}/exe, cgroup ${watched.cgroup}`)
  return fact({ topic: 'process', name, value: describeProcess(engineProcess), source, weaker: false })
}

function privilegeFacts(observed: Observed): WordedFact[] {
  const { engineProcess, kernel } = observed
  const { capabilities, noNewPrivileges, pid } = engineProcess
  const source = raw(`/proc/${pid}/status`)
  const beyond = extraCapabilities(observed).length > 0
  return [
    capabilityFact(sentence('fact-capabilities'), engineProcess, capabilities.effective, beyond),
    capabilityFact(
      sentence('fact-capabilities-within-reach'),
      engineProcess,
      capabilities.bounding,
      kernel === 'host' && beyond,
    ),
    fact({
      topic: 'seccomp',
      name: sentence('fact-filter'),
      value: describeFilter(engineProcess),
      source,
      weaker: !isFiltered(engineProcess),
    }),
    fact({
      topic: 'privileges',
      name: sentence('fact-no-new-privileges'),
      value: sentence(noNewPrivileges ? 'value-yes' : 'value-no'),
      source,
      weaker: !noNewPrivileges && kernel === 'host',
    }),
    ...userFacts(observed),
    lsmFact(engineProcess),
  ]
}

function describeFilter({ seccomp: { mode, filters } }: ObservedProcess): Sentence {
  if (mode === 0) return none
  return mode === 1 ? sentence('filter-strict') : sentence('filter-count', { count: filters })
}

function userFacts({ engineProcess, kernel, fileServers }: Observed): WordedFact[] {
  const { pid, mapsUsers, userMap } = engineProcess
  return [
    fact({
      topic: 'users',
      name: sentence('fact-user'),
      value: userOf(engineProcess),
      source: raw(`/proc/${pid}/status`),
      weaker: kernel !== 'host' && isHostRoot(engineProcess),
    }),
    ...fileServers.map((server) =>
      fact({
        topic: 'users',
        name: sentence('fact-server-user'),
        value: userOf(server),
        source: raw(`/proc/${server.pid}/status`),
        weaker: isHostRoot(server),
      }),
    ),
    fact({
      topic: 'users',
      name: sentence('fact-user-map'),
      value: mapsUsers ? raw(userMap) : sentence('users-not-mapped'),
      source: raw(`/proc/${pid}/uid_map`),
      weaker: false,
    }),
  ]
}

function userOf(process: ObservedProcess): Text {
  return raw(isHostRoot(process) ? 'root' : `${process.uid}:${process.gid}`)
}

function capabilityFact(name: Sentence, engineProcess: ObservedProcess, mask: bigint, weaker: boolean): WordedFact {
  const names = capabilityNames(mask)
  const isOwn = engineProcess.mapsUsers && names.length > 0
  const value = isOwn ? sentence('capabilities-over-own-users', { names: names.join(', ') }) : listOf(names, none)
  return fact({ topic: 'capabilities', name, value, source: raw(`/proc/${engineProcess.pid}/status`), weaker })
}

function lsmFact({ pid, label }: ObservedProcess): WordedFact {
  const source = raw(`/proc/${pid}/attr/current`)
  const value = label === null ? none : raw(label)
  return fact({ topic: 'lsm', name: sentence('fact-label'), value, source, weaker: false })
}

function namespaceFacts(observed: Observed): WordedFact[] {
  const { engineProcess, kernel } = observed
  const shared = sharedNamespaces(observed)
  const own = [...engineProcess.namespaces.keys()].filter((kind) => !engineProcess.hostNamespaces.includes(kind))
  const base = { topic: 'namespaces', source: raw(`/proc/${engineProcess.pid}/ns`) } as const
  return [
    fact({ ...base, name: sentence('fact-own-namespaces'), value: listOf(own, none), weaker: false }),
    fact({
      ...base,
      name: sentence('fact-host-namespaces'),
      value: listOf(engineProcess.hostNamespaces, none),
      // A sentry sees the processes of this machine, and its filter keeps it from touching them.
      weaker: shared.some((kind) => kernel === 'host' || kind !== 'pid'),
    }),
  ]
}

function limitFacts({ limits, watched }: Observed): WordedFact[] {
  const source = raw(limits.source)
  const limit = (name: Sentence, value: Text | null, weaker = false): WordedFact =>
    fact({ topic: 'limits', name, value: value ?? sentence('limit-of-machine'), source, weaker })
  const { memoryBytes, cpus, pids } = limits
  return [
    fact({
      topic: 'cgroup',
      name: sentence('fact-cgroup'),
      value: raw(watched.cgroup),
      source: raw(`/proc/${watched.pid}/cgroup`),
      weaker: false,
    }),
    limit(sentence('fact-memory'), memoryBytes === null ? null : raw(formatBytes(memoryBytes))),
    limit(
      sentence('fact-cpu'),
      cpus === null ? null : sentence('limit-of-cores', { cores: Math.round(cpus * 100) / 100 }),
    ),
    limit(sentence('fact-pids'), pids === null ? null : raw(String(pids)), pids === null),
  ]
}

function fileFacts({ mounts, devices, engineProcess, kernel }: Observed): WordedFact[] {
  const mountinfo = raw(`/proc/${engineProcess.pid}/mountinfo`)
  const seenIn = { host: mountinfo, sentry: sentence('source-gofer'), guest: sentence('source-gofer') }[kernel]
  const trees = mounts.map((mount) =>
    fact({
      topic: mount.kind === 'socket' ? 'sockets' : mount.kind === 'device' ? 'devices' : 'mounts',
      name: raw(mount.target),
      value: describeMount(mount),
      source: mount.seen ? seenIn : sentence('source-record'),
      weaker: mount.controls || mount.kind !== 'folder',
    }),
  )
  const source = kernel === 'guest' ? sentence('source-record') : seenIn
  const noTree = fact({ topic: 'mounts', name: sentence('fact-files'), value: none, source, weaker: false })
  return [...(trees.length > 0 ? trees : [noTree]), deviceFact(devices, kernel)]
}

function describeMount({ kind, source, writable }: Observed['mounts'][number]): Sentence {
  switch (kind) {
    case 'folder':
      return sentence('mount-of-folder', { source, access: writable ? 'write' : 'read' })
    case 'socket':
      return sentence('mount-of-socket', { source })
    case 'device':
      return sentence('mount-of-device', { source })
  }
}

/** An engine keeps what it may use to itself: it answers for devices of its own making. */
function deviceFact(devices: Observed['devices'], kernel: Observed['kernel']): WordedFact {
  const base = { topic: 'devices', name: sentence('fact-devices') } as const
  if (devices === null) {
    return fact({ ...base, value: sentence('devices-not-reported'), source: raw('cgroup'), weaker: false })
  }
  const every = devices.find(({ name }) => name === everyDevice)
  const named = devices.filter((device) => device !== every)
  const value =
    devices.length === 0
      ? sentence('devices-everyday')
      : sentence('devices-beyond', {
          devices: named.map(({ name, access }) => `${name} (${access})`).join(', '),
          every: every?.access ?? '',
          whose: kernel,
        })
  const weaker = kernel === 'host' && devices.length > 0
  return fact({ ...base, value, source: sentence('source-devices-list'), weaker })
}

function networkFacts({ network, engineProcess }: Observed): WordedFact[] {
  const { mode, interfaces, address, shared, ports } = network
  const value = {
    none: sentence('network-none'),
    own: sentence('network-own', { interfaces: interfaces.join(', ') }),
    host: sentence('network-of-host'),
  }[mode]
  const source = raw(`/proc/${engineProcess.pid}/ns/net, net/dev`)
  const ruleset = raw('nft list ruleset')
  const base = { topic: 'network', weaker: false } as const
  return [
    fact({ ...base, name: sentence('fact-network'), value, source, weaker: mode === 'host' }),
    ...(address === null
      ? []
      : [fact({ ...base, name: sentence('fact-address'), value: raw(address), source: sentence('source-lease') })]),
    ...shared.map((name) =>
      fact({ ...base, name: sentence('fact-shared-network'), value: raw(name), source: ruleset, weaker: true }),
    ),
    ...ports.map(({ hostPort, guestPort, protocol, inKernel }) =>
      fact({
        topic: 'ports',
        name: raw(`127.0.0.1:${portText(hostPort, protocol)}`),
        value: sentence('port-leads-to', { port: guestPort, filter: inKernel ? 'there' : 'missing' }),
        source: inKernel ? ruleset : sentence('source-record'),
        weaker: false,
      }),
    ),
  ]
}

function descriptorFacts({ descriptors, engineProcess, monitor, kernel, watched }: Observed): WordedFact[] {
  const { unixSockets, files, monitorSockets } = descriptors
  const source = raw(`/proc/${engineProcess.pid}/fd`)
  // What holds a guest has sockets for its consoles; a container has none but what was given to it.
  const weaker = kernel === 'host' && unixSockets.length > 0
  const sockets = { topic: 'sockets', name: sentence('fact-sockets'), source, weaker } as const
  const facts = [fact({ ...sockets, value: listOf(unixSockets, none) })]
  if (kernel !== 'host') {
    const value = listOf(files.slice(0, 16), none)
    facts.push(fact({ topic: 'process', name: sentence('fact-held-files'), value, source, weaker: false }))
  }
  if (monitor !== null) {
    const { program, pid } = monitor
    facts.push(
      fact({
        topic: 'sockets',
        name: sentence('fact-other-end'),
        value: sentence('process-with-sockets', { program: program ?? '', pid, sockets: monitorSockets.join(', ') }),
        source: raw(`/proc/${watched.monitorPid}/fd`),
        weaker: false,
      }),
    )
  }
  return facts
}
