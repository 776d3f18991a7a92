import { defineSentences } from '../reasons/define.ts'

const granted = '{granted, select, = {} other { It was granted: {granted}.}}'

/** What a self-test says of its probes. What a probe itself has seen is in its own words, in English. */
export const selfTestSentences = defineSentences({
  'self-test-title': {
    params: { title: 'sentence', place: ['last', 'inner'] },
    sentence: '{title}{place, select, last {} other {;}}',
  },
  'self-test-failed': {
    params: { harm: 'sentence', seen: 'text', granted: 'text?' },
    sentence: `{harm} {seen}${granted}`,
  },
  'self-test-ended-early': {
    params: { seen: 'text' },
    sentence: 'The attempt ended before it was over. {seen}',
  },
  'self-test-capabilities-failed': {
    params: { harm: 'sentence', names: 'text', granted: 'text?' },
    sentence: `{harm} It may hold {names}.${granted}`,
  },
  'self-test-own-kernel': {
    params: { kernel: 'text' },
    sentence: 'Its kernel says that it is {kernel}, not that of this machine.',
  },
  'self-test-same-kernel': {
    params: { kernel: 'text' },
    sentence: 'It runs on the kernel of this machine, {kernel}, although its class has one of its own.',
  },
  'self-test-main-unfiltered': {
    params: { granted: 'text?' },
    sentence: `Nothing filters the system calls of its main process.${granted}`,
  },
  'self-test-main-capabilities': {
    params: { names: 'text', granted: 'text?' },
    sentence: `Its main process may hold {names}.${granted}`,
  },
  'self-test-namespaces-own': { params: { kinds: 'text' }, sentence: 'It shares none of: {kinds}.' },
  'self-test-namespaces-shared': {
    params: { kinds: 'text', granted: 'text?' },
    sentence: `It shares namespaces with this machine: {kinds}.${granted}`,
  },
  'self-test-memory-held': {
    params: { size: 'text' },
    sentence: 'The kernel of this machine holds it to {size}.',
  },
  'self-test-processes-held': {
    params: { count: 'number' },
    sentence: 'The kernel of this machine holds it to {count} processes.',
  },
  'self-test-cut-off': { sentence: 'Its result did not arrive: the self-test was cut off.' },
  'self-test-timeout': { sentence: 'It did not come to an end in time.' },
  'self-test-lookalike': { sentence: 'What it found is not of this machine.' },
  'self-test-killed-by-filter': { sentence: 'The filter of system calls ended the attempt.' },
  'self-test-unreadable-answer': { sentence: 'It reported nothing that could be read.' },
  'self-test-usual-capabilities': { sentence: 'It may hold the usual capabilities and no other.' },
  'self-test-kernel-shared-by-class': { sentence: 'A container shares the kernel of this machine: that is its class.' },
  'self-test-kernel-unreported': { sentence: 'The probe did not report its kernel.' },
  'self-test-main-process-elsewhere': { sentence: 'Its main process is not a process of this machine.' },
  'self-test-main-process-unreadable': { sentence: 'The main process could not be looked at.' },
  'self-test-main-filtered': { sentence: 'A filter of system calls is in force.' },
  'self-test-no-new-privileges': { sentence: 'no_new_privs is set.' },
  'self-test-new-privileges': {
    params: { granted: 'text?' },
    sentence: `no_new_privs is not set for its main process.${granted}`,
  },
  'self-test-no-memory-limit': { sentence: 'No limit of memory is set.' },
  'self-test-no-process-limit': { sentence: 'No limit of processes is set.' },
  'self-test-limit-unreadable': { sentence: 'The limit in force could not be read.' },
  'self-test-memory-not-held': {
    sentence: 'A limit of memory was set, but the kernel of this machine holds it to none.',
  },
  'self-test-processes-not-held': {
    sentence: 'A limit of processes was set, but the kernel of this machine holds it to none.',
  },
  'self-test-no-link': { sentence: 'No link could be laid in its /tmp.' },
  'self-test-disk-never-mounted': { sentence: 'Its files are on a disk of its own, which this machine never mounts.' },
  'self-test-link-followed': { sentence: "Joey read this machine's file through a link inside." },
  'self-test-link-refused': { sentence: 'Joey did not follow the link.' },
  'excused-kernel-of-gvisor': {
    sentence: 'It works on the kernel that gVisor gives to this sandbox alone, not on this machine.',
  },
  'excused-kernel-of-microvm': { sentence: 'It works on the kernel of this virtual machine, not on this machine.' },
  'excused-processes-of-gvisor': { sentence: 'The processes of this machine are not the processes of gVisor.' },
  'excused-processes-of-microvm': {
    sentence: 'The processes of this machine are not the processes of this virtual machine.',
  },
  'excused-root-of-microvm-kernel': {
    sentence: 'Root of this virtual machine may do so to its own kernel, not to this machine.',
  },
  'excused-bomb-of-gvisor': {
    sentence: 'Running into it would end the whole sandbox; the limit is read from this machine instead.',
  },
  'excused-bomb-of-microvm': {
    sentence: 'It would only meet the size of the virtual machine; the limit is read from this machine instead.',
  },
  'excused-filter-of-gvisor': {
    sentence: "Its system calls are answered by gVisor, which has its own filter towards this machine's kernel.",
  },
  'excused-filter-of-microvm': {
    sentence: "Its system calls reach the kernel of this virtual machine, not this machine's.",
  },
  'excused-root-of-container': {
    sentence:
      'Its root is root of this machine, held by capabilities, filter and namespaces, as is usual for containers.',
  },
  'excused-root-of-gvisor': { sentence: "Its root is gVisor's root, not root of this machine." },
  'excused-root-of-microvm': { sentence: 'Its root is root of this virtual machine, not of this machine.' },
})
