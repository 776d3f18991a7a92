import { defineSentences } from '../reasons/define.ts'
import { containerRuntimes } from '../words.ts'

/** What is known against an engine that is older than it should be. */
export const engineFlawSentences = defineSentences({
  'engine-old': {
    params: {
      engine: [...containerRuntimes, 'runsc', 'qemu', 'virtiofsd', 'conmon', 'kernel'],
      version: 'text',
      wanted: 'text',
    },
    sentence:
      '{engine, select, kernel {The kernel} runsc {gVisor} qemu {QEMU} other {{engine}}} {version} is older than {wanted}',
  },
  'engine-flaws': {
    params: { flaws: 'sentences', cves: 'text?', corrected: ['maybe', 'no'] },
    sentence:
      '{flaws}{cves, select, = {} other { {cves}.}}{corrected, select, maybe { Your distribution may have fixed it without a new number: keep its updates installed.} no {}}',
  },
  'flaw-runc-open-folder': {
    sentence: 'A program can get onto the host through a folder that was left open to it.',
  },
  'flaw-runc-races': {
    sentence: 'Races with masked paths and consoles let a program write to settings of the host in /proc.',
  },
  'flaw-crun-capabilities': { sentence: 'Programs inside could inherit capabilities that they should not have.' },
  'flaw-gvisor-mounts': { sentence: 'A program inside can bring the kernel of its sandbox down by mounts.' },
  'flaw-qemu-devices': {
    sentence: 'A guest can have its virtual devices use memory that was given back, and may get into the emulator.',
  },
  'flaw-virtiofsd-groups': {
    sentence: 'A guest could make files in a shared folder with the rights of a group that it is not in.',
  },
  'flaw-conmon-untried': { sentence: 'Joey was never tried with one so old.' },
  'flaw-kernel-filter': {
    sentence: 'A flaw of the packet filter lets an ordinary program become root of the machine.',
  },
  'kernel-fault': {
    params: { cve: 'text', recordOf: 'text', fault: 'sentence' },
    sentence: '{cve} (record of {recordOf}): {fault}',
  },
  'fault-ext4-reserved': {
    sentence: 'ext4 may remember a wrong state of reserved parts of files, and go wrong about free space.',
  },
  'fault-unix-socket-peeked': {
    sentence: 'What waits in a unix socket may be lost where it is peeked at while another socket is closed.',
  },
  'fault-huge-page-split': {
    sentence: 'A walk through memory whose huge pages are split meanwhile may bring the kernel of the guest down.',
  },
})
