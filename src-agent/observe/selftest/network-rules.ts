import { sentence } from '#contract/sentence'
import { noFilter, ownKernel, type ProbeRule } from './rule.ts'

const rootOfItsOwn = {
  microvm: sentence('excused-root-of-microvm-kernel'),
} as const

export const networkRules: readonly ProbeRule[] = [
  {
    id: 'network.host-loopback',
    title: sentence('probe-network-host-loopback'),
    harm: sentence('harm-network-host-loopback'),
    openedBy: ['host-network'],
    needsSecret: true as const,
    tolerated: {},
  },
  {
    id: 'network.host-addresses',
    title: sentence('probe-network-host-addresses'),
    harm: sentence('harm-network-host-addresses'),
    openedBy: ['host-network'],
    needsSecret: true as const,
    tolerated: {},
  },
  {
    id: 'network.metadata',
    title: sentence('probe-network-metadata'),
    harm: sentence('harm-network-metadata'),
    openedBy: ['host-network'],
    tolerated: {},
  },
  {
    id: 'network.packets',
    title: sentence('probe-network-packets'),
    harm: sentence('harm-network-packets'),
    openedBy: ['host-network'],
    needsSecret: true as const,
    tolerated: {},
  },
  {
    id: 'network.interfaces',
    title: sentence('probe-network-interfaces'),
    harm: sentence('harm-network-interfaces'),
    openedBy: ['host-network'],
    tolerated: rootOfItsOwn,
  },
  {
    id: 'network.administer',
    title: sentence('probe-network-administer'),
    harm: sentence('harm-network-administer'),
    openedBy: ['cap:NET_ADMIN'],
  },
  {
    id: 'network.packet-filter',
    title: sentence('probe-network-packet-filter'),
    harm: sentence('harm-network-packet-filter'),
    openedBy: ['cap:NET_ADMIN'],
  },
  {
    id: 'network.hypervisor-socket',
    title: sentence('probe-network-hypervisor-socket'),
    harm: sentence('harm-network-hypervisor-socket'),
    openedBy: [noFilter],
    tolerated: {},
  },
].map((rule) => ({ ...rule, group: 'network' as const, tolerated: rule.tolerated ?? ownKernel }))

export const neighbourRules: readonly ProbeRule[] = [
  {
    id: 'neighbours.addresses',
    title: sentence('probe-neighbours-addresses'),
    harm: sentence('harm-neighbours-addresses'),
    openedBy: ['host-network'],
  },
  {
    id: 'neighbours.agent-socket',
    title: sentence('probe-neighbours-agent-socket'),
    harm: sentence('harm-neighbours-agent-socket'),
    openedBy: ['host-path'],
  },
  {
    id: 'neighbours.abstract-sockets',
    title: sentence('probe-neighbours-abstract-sockets'),
    harm: sentence('harm-neighbours-abstract-sockets'),
    openedBy: ['host-network'],
    needsSecret: true as const,
  },
].map((rule) => ({ ...rule, group: 'neighbours' as const }))

const bomb = {
  gvisor: sentence('excused-bomb-of-gvisor'),
  microvm: sentence('excused-bomb-of-microvm'),
} as const

export const limitRules: readonly ProbeRule[] = [
  {
    id: 'limits.cgroup-write',
    title: sentence('probe-limits-cgroup-write'),
    harm: sentence('harm-limits-cgroup-write'),
    openedBy: [],
    tolerated: ownKernel,
  },
  {
    id: 'limits.real-time',
    title: sentence('probe-limits-real-time'),
    harm: sentence('harm-limits-real-time'),
    openedBy: ['cap:SYS_NICE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.priority',
    title: sentence('probe-limits-priority'),
    harm: sentence('harm-limits-priority'),
    openedBy: ['cap:SYS_NICE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.out-of-memory-order',
    title: sentence('probe-limits-out-of-memory-order'),
    harm: sentence('harm-limits-out-of-memory-order'),
    openedBy: ['cap:SYS_RESOURCE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.open-files',
    title: sentence('probe-limits-open-files'),
    harm: sentence('harm-limits-open-files'),
    openedBy: ['cap:SYS_RESOURCE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.processes',
    title: sentence('probe-limits-processes'),
    harm: sentence('harm-limits-processes'),
    openedBy: [],
    skipped: bomb,
  },
  {
    id: 'limits.memory',
    title: sentence('probe-limits-memory'),
    harm: sentence('harm-limits-memory'),
    openedBy: [],
    skipped: bomb,
  },
].map((rule) => ({ ...rule, group: 'limits' as const }))
