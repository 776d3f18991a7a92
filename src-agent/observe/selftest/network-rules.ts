import { noFilter, ownKernel, type ProbeRule } from './rule.ts'

const rootOfItsOwn = {
  microvm: 'Root of this virtual machine may do so to its own kernel, not to this machine.',
} as const

export const networkRules: readonly ProbeRule[] = [
  {
    id: 'network.host-loopback',
    title: "Reach services on this machine's loopback",
    harm: 'Services of this machine that are meant for nobody else answer it.',
    openedBy: ['host-network'],
    needsSecret: true as const,
    tolerated: {},
  },
  {
    id: 'network.host-addresses',
    title: "Reach services on this machine's addresses",
    harm: 'Services of this machine answer it.',
    openedBy: ['host-network'],
    needsSecret: true as const,
    tolerated: {},
  },
  {
    id: 'network.metadata',
    title: 'Reach the metadata service of a cloud',
    harm: 'Credentials of this machine may be within reach.',
    openedBy: ['host-network'],
    tolerated: {},
  },
  {
    id: 'network.packets',
    title: "Watch this machine's packets",
    harm: 'The traffic of this machine can be read.',
    openedBy: ['host-network'],
    needsSecret: true as const,
    tolerated: {},
  },
  {
    id: 'network.interfaces',
    title: "See this machine's network interfaces",
    harm: "It is on this machine's network.",
    openedBy: ['host-network'],
    tolerated: rootOfItsOwn,
  },
  {
    id: 'network.administer',
    title: 'Change network interfaces',
    harm: "It can change its network, and with this machine's network this machine's.",
    openedBy: ['cap:NET_ADMIN'],
  },
  {
    id: 'network.packet-filter',
    title: 'Change the packet filter',
    harm: 'A part of the kernel with a record of holes is within reach.',
    openedBy: ['cap:NET_ADMIN'],
  },
  {
    id: 'network.hypervisor-socket',
    title: 'Speak past the network namespace (vsock)',
    harm: 'It can speak to a hypervisor or its guests past every packet filter.',
    openedBy: [noFilter],
    tolerated: {},
  },
].map((rule) => ({ ...rule, group: 'network' as const, tolerated: rule.tolerated ?? ownKernel }))

export const neighbourRules: readonly ProbeRule[] = [
  {
    id: 'neighbours.addresses',
    title: 'Reach other sandboxes that share no network with it',
    harm: 'Other sandboxes are within reach.',
    openedBy: ['host-network'],
  },
  {
    id: 'neighbours.agent-socket',
    title: "Speak to Joey's agent",
    harm: 'Whoever speaks to the agent controls every sandbox.',
    openedBy: ['host-path'],
  },
  {
    id: 'neighbours.abstract-sockets',
    title: 'Reach sockets without a path on this machine',
    harm: 'Services of this machine answer it.',
    openedBy: ['host-network'],
    needsSecret: true as const,
  },
].map((rule) => ({ ...rule, group: 'neighbours' as const }))

const bomb = {
  gvisor: 'Running into it would end the whole sandbox; the limit is read from this machine instead.',
  microvm: 'It would only meet the size of the virtual machine; the limit is read from this machine instead.',
} as const

export const limitRules: readonly ProbeRule[] = [
  {
    id: 'limits.cgroup-write',
    title: 'Change its own limits',
    harm: 'It can give itself more than it was given.',
    openedBy: [],
    tolerated: ownKernel,
  },
  {
    id: 'limits.real-time',
    title: 'Run before everything else (real time)',
    harm: 'It can hold up this machine.',
    openedBy: ['cap:SYS_NICE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.priority',
    title: 'Raise its priority',
    harm: 'It can push others aside.',
    openedBy: ['cap:SYS_NICE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.out-of-memory-order',
    title: 'Have others killed in its place when memory runs out',
    harm: 'It can have others killed.',
    openedBy: ['cap:SYS_RESOURCE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.open-files',
    title: 'Raise its limit of open files',
    harm: 'It can use up files of this machine.',
    openedBy: ['cap:SYS_RESOURCE'],
    tolerated: ownKernel,
  },
  {
    id: 'limits.processes',
    title: 'Start more processes than its limit',
    harm: 'It can use up the processes of this machine.',
    openedBy: [],
    skipped: bomb,
  },
  {
    id: 'limits.memory',
    title: 'Use more memory than its limit',
    harm: 'It can use up the memory of this machine.',
    openedBy: [],
    skipped: bomb,
  },
].map((rule) => ({ ...rule, group: 'limits' as const }))
