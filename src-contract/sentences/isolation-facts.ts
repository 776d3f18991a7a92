import { defineSentences } from '../reasons/define.ts'

const program = '{program, select, = {program unknown} other {{program}}} (pid {pid})'
const devices =
  '{every, select, = {{devices}} other {every device ({every}){devices, select, = {} other {, {devices}}}}}'

/** What isolation facts are called. A name and a value are no sentences and have no full stop. */
export const isolationFactSentences = defineSentences({
  'fact-kernel': { sentence: 'Kernel' },
  'fact-main-process': { sentence: 'Main process' },
  'fact-sentry': { sentence: 'Sentry' },
  'fact-monitor': { sentence: 'Machine monitor' },
  'fact-capabilities': { sentence: 'Capabilities' },
  'fact-capabilities-within-reach': { sentence: 'Capabilities within reach' },
  'fact-filter': { sentence: 'Filter of system calls' },
  'fact-no-new-privileges': { sentence: 'No new privileges' },
  'fact-user': { sentence: 'User on this machine' },
  'fact-server-user': { sentence: 'User that opens files for it' },
  'fact-user-map': { sentence: 'Map of users' },
  'fact-label': { sentence: 'Security label' },
  'fact-own-namespaces': { sentence: 'Namespaces of its own' },
  'fact-host-namespaces': { sentence: 'Namespaces of this machine' },
  'fact-cgroup': { sentence: 'Accounted in' },
  'fact-memory': { sentence: 'Memory' },
  'fact-cpu': { sentence: 'Processor time' },
  'fact-pids': { sentence: 'Processes' },
  'fact-files': { sentence: 'Files of this machine' },
  'fact-devices': { sentence: 'Devices' },
  'fact-network': { sentence: 'Network' },
  'fact-shared-network': { sentence: 'Shared network' },
  'fact-address': { sentence: 'Address' },
  'fact-sockets': { sentence: 'Named sockets of this machine' },
  'fact-held-files': { sentence: 'Files of this machine held open' },
  'fact-other-end': { sentence: 'Who holds the other end' },
})

/** What they are found to be. What is the same in every language (paths, numbers, names) has no sentence. */
export const isolationValueSentences = defineSentences({
  'value-none': { sentence: 'none' },
  'value-yes': { sentence: 'yes' },
  'value-no': { sentence: 'no' },
  'value-on': { sentence: 'on' },
  'value-off': { sentence: 'off' },
  'value-unknown': { sentence: 'not known' },
  'kernel-of-host': { params: { release: 'text' }, sentence: 'this machine\u2019s own, Linux {release}' },
  'kernel-of-sentry': { sentence: 'an application kernel (gVisor)' },
  'kernel-of-guest': {
    params: { speed: ['hardware', 'emulated'] },
    sentence:
      'one of its own, in a virtual machine {speed, select, hardware {on hardware (KVM)} emulated {that is emulated}}',
  },
  'process-of-program': { params: { program: 'text?', pid: 'number' }, sentence: program },
  'process-with-sockets': {
    params: { program: 'text?', pid: 'number', sockets: 'text?' },
    sentence: `${program}, {sockets, select, = {no named socket} other {{sockets}}}`,
  },
  'filter-strict': { sentence: 'strict mode' },
  'filter-count': {
    params: { count: 'number' },
    sentence: '{count, plural, =0 {some filters} one {# filter} other {# filters}}',
  },
  'capabilities-over-own-users': {
    params: { names: 'text' },
    sentence: '{names} (over its own user namespace only)',
  },
  'users-not-mapped': { sentence: 'none: ids inside are the ids of this machine' },
  'limit-of-machine': { sentence: 'bound only by this machine' },
  'limit-of-cores': { params: { cores: 'number' }, sentence: '{cores} cores' },
  'limits-in-short': {
    params: { memory: 'text?', cores: 'number?', pids: 'number?' },
    sentence:
      '{memory, select, = {no limit of memory} other {{memory}}}, {cores, select, = {no limit of processor time} other {{cores} cores}}, {pids, select, = {no limit of processes} other {{pids} processes}}',
  },
  'mount-of-folder': {
    params: { source: 'text', access: ['write', 'read'] },
    sentence: '{source}, {access, select, write {read and write} read {read only}}',
  },
  'mount-of-socket': { params: { source: 'text' }, sentence: '{source}, socket' },
  'mount-of-device': { params: { source: 'text' }, sentence: '{source}, device' },
  'devices-not-reported': {
    sentence: 'not reported by this kernel: version 2 of cgroups decides by a program',
  },
  'devices-everyday': { sentence: 'the everyday ones only' },
  'devices-beyond': {
    params: { devices: 'text?', every: 'text?', whose: ['host', 'sentry', 'guest'] },
    sentence: `${devices}{whose, select, host {} sentry {, for gVisor itself and not for the guest} guest {, for QEMU and not for the guest}}`,
  },
  'network-none': { sentence: 'none but its own loopback' },
  'network-own': {
    params: { interfaces: 'text?' },
    sentence: 'of its own: {interfaces, select, = {inside of the guest} other {{interfaces}}}',
  },
  'network-of-host': { sentence: 'this machine\u2019s own' },
  'port-leads-to': {
    params: { port: 'number', filter: ['there', 'missing'] },
    sentence: 'leads to port {port}{filter, select, there {} missing {, but the packet filter does not have it}}',
  },
  'virtualised-by-hardware': { sentence: 'by hardware (KVM)' },
  'virtualised-by-program': { sentence: 'emulated' },
})

/** Where they were read, where that is no path and no command. */
export const isolationSourceSentences = defineSentences({
  'source-record': { sentence: 'record' },
  'source-lease': { sentence: 'lease' },
  'source-gofer': { sentence: 'mountinfo of the gofer' },
  'source-devices-list': { sentence: 'the rules of its cgroup' },
})
