import { defineSentences } from '../reasons/define.ts'

const recorded = '{known, select, seen {} recorded { (as recorded)}}'

/** What nodes of the isolation graph are called, where that is no name and no path, and their descriptions. */
export const isolationNodeSentences = defineSentences({
  'node-host-kernel': { sentence: 'This machine\u2019s kernel' },
  'node-agent': { sentence: 'Joey\u2019s agent' },
  'node-sentry': { params: { name: 'text' }, sentence: 'Sentry of {name}' },
  'node-guest-kernel': { params: { name: 'text' }, sentence: 'Kernel of {name}' },
  'node-machine': { params: { name: 'text' }, sentence: 'Machine of {name}' },
  'node-network': { params: { name: 'text' }, sentence: 'Network {name}' },
  'node-every-device': { sentence: 'every device' },
  'node-other-networks': { sentence: 'Other networks' },
  'node-programs': { sentence: 'This machine\u2019s programs' },
  'detail-release': { sentence: 'Release' },
  'detail-security-modules': { sentence: 'Security modules' },
  'detail-process': { sentence: 'Process' },
  'detail-limits': { sentence: 'Limits' },
  'detail-virtualisation': { sentence: 'Virtualisation' },
  'detail-held-files': { sentence: 'Files held open' },
})

/** What one node can do to another. */
export const isolationEdgeSentences = defineSentences({
  'edge-kernel-controls-agent': {
    sentence: 'Who controls the kernel controls every process of this machine, the agent too.',
  },
  'edge-agent-is-root': { sentence: 'The agent runs as root.' },
  'edge-agent-is-user': { sentence: 'The agent runs as its user, with all that this user may do.' },
  'edge-agent-controls': { sentence: 'The agent starts it, enters it, reads its disk and ends it.' },
  'edge-memory-unbound': { sentence: 'Its memory is bound only by this machine: it can starve everything else.' },
  'edge-cpu-unbound': {
    sentence: 'Its processor time is bound only by this machine: it can slow everything else down.',
  },
  'edge-pids-unbound': { sentence: 'Nothing bounds the number of its processes.' },
  'edge-socket': {
    params: { source: 'text', known: ['seen', 'recorded'] },
    sentence: `It can speak to whatever listens at {source}${recorded}.`,
  },
  'edge-files': {
    params: { access: ['write', 'read'], source: 'text', target: 'text?', known: ['seen', 'recorded'] },
    sentence: `It {access, select, write {reads and writes} read {reads}} {source} of this machine{target, select, = {} other { as {target}}}${recorded}.`,
  },
  'edge-controlling-socket': {
    params: { source: 'text' },
    sentence: 'What listens at {source} does anything on this machine for whoever asks.',
  },
  'edge-controlling-files': {
    params: { source: 'text' },
    sentence: 'It can change {source}, and with it what this machine runs.',
  },
  'edge-device': {
    params: { access: ['write', 'read'], device: 'sentence' },
    sentence: 'The kernel lets it {access, select, write {use} read {read}} the device {device}.',
  },
  'edge-written-by-others': {
    params: { name: 'text', source: 'text' },
    sentence: '{name} reads what others write in {source}.',
  },
  'edge-agent-listens': { sentence: 'Joey\u2019s agent listens here, and carries out requests.' },
  'edge-engine-listens': { sentence: 'An engine that may do anything on this machine listens here.' },
  'edge-device-whole': {
    sentence: 'Through it, the memory or a disk of this machine can be changed as a whole.',
  },
  'edge-device-driver': { sentence: 'Its driver is a part of this machine\u2019s kernel.' },
  'edge-calls-filtered': {
    sentence:
      'System calls go to the kernel of this machine, through a filter (seccomp) that leaves out the dangerous ones.',
  },
  'edge-calls-unfiltered': { sentence: 'System calls go to the kernel of this machine, and nothing filters them.' },
  'edge-no-filter': {
    sentence: 'No filter of system calls (seccomp) stands before the kernel of this machine.',
  },
  'edge-new-privileges': {
    sentence: 'Programs in it gain rights by what their files say: whoever breaks into one may become root inside.',
  },
  'edge-capability': {
    params: { name: 'text' },
    sentence: 'It holds {name} over this machine itself: with it, root inside is root outside.',
  },
  'edge-namespace': {
    params: { kind: 'text' },
    sentence: 'It is in the {kind} namespace of this machine, not in one of its own.',
  },
  'edge-sentry-answers': {
    sentence:
      'An application kernel of its own (gVisor) answers the system calls; this machine\u2019s kernel does not see them.',
  },
  'edge-own-kernel': { sentence: 'System calls go to a kernel of its own, which nobody else uses.' },
  'edge-machine-hardware': { sentence: 'Its kernel runs in a virtual machine that the processor keeps apart.' },
  'edge-machine-emulated': { sentence: 'Its kernel runs in a virtual machine that a program emulates.' },
  'edge-engine-capabilities': {
    params: { names: 'text' },
    sentence: 'It holds {names} over this machine itself.',
  },
  'edge-engine-filtered': {
    sentence: 'Its own system calls go to this machine\u2019s kernel through a filter (seccomp).',
  },
  'edge-engine-unfiltered': {
    sentence: 'Its own system calls go to this machine\u2019s kernel, and nothing filters them.',
  },
  'edge-out-of-host': { sentence: 'It uses this machine\u2019s own network, with all that this machine reaches.' },
  'edge-out': {
    sentence:
      'It reaches other networks through this machine\u2019s address translation, and no service of this machine.',
  },
  'edge-host-network': {
    sentence:
      'It is in this machine\u2019s own network: it reaches every service that listens here, and can take their ports.',
  },
  'edge-to-network': { params: { network: 'text' }, sentence: 'It reaches everyone on the network {network}.' },
  'edge-from-network': { params: { network: 'text' }, sentence: 'Everyone on the network {network} reaches it.' },
  'edge-to-port': {
    params: { port: 'number' },
    sentence: 'Programs of this machine can connect to 127.0.0.1:{port}.',
  },
  'edge-from-port': {
    params: { hostPort: 'number', guestPort: 'number', filter: ['there', 'missing'] },
    sentence:
      'Port {hostPort} of this machine leads to its port {guestPort}.{filter, select, there {} missing { It is recorded, but the packet filter does not have it now.}}',
  },
})
