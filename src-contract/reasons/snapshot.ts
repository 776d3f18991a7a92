import { defineReasons } from './define.ts'

export const snapshotReasons = defineReasons({
  'damaged-state': {
    code: 'conflict',
    params: { name: 'text', why: 'sentence' },
    sentence:
      'The memory of the snapshot "{name}" is damaged, so nothing is started from it. {why} Its disk can still be restored.',
    remedy: { kind: 'runCommand', command: 'joey snapshot verify', why: 'Shows what is damaged.' },
  },
  'fork-name-too-long': {
    code: 'invalidRequest',
    params: { name: 'text' },
    sentence: '"{name}" would not be a name of a sandbox, which has at most 63 characters. Choose a shorter name.',
  },
  'fork-of-what': {
    code: 'invalidRequest',
    sentence: 'Say either which snapshot or which sandbox to fork.',
  },
  'live-connections-lingering': {
    code: 'conflict',
    params: { seconds: 'number' },
    sentence:
      'gVisor may still hold a network connection that was closed a short while ago, and would end instead of saving its memory. Try again in {seconds} s without new connections, save the disk only, or install a newer gVisor, which drops them by itself.',
  },
  'live-connections-open': {
    code: 'conflict',
    params: { connections: 'text' },
    sentence:
      'gVisor would end instead of saving its memory while it has network connections: {connections}. Close them and try again, save the disk only, or install a newer gVisor, which drops them by itself.',
  },
  'live-fork-not-started': {
    code: 'invalidRequest',
    sentence: 'Running processes cannot go on in forks that are not started. Start them, or fork the disk only.',
  },
  'restore-not-possible': {
    code: 'conflict',
    params: { name: 'text', snapshot: 'text', problems: 'sentences' },
    sentence: '"{name}" cannot be restored to "{snapshot}". {problems}',
  },
  'resume-failed': {
    code: 'engine',
    params: { name: 'text' },
    sentence: '"{name}" was held still for the snapshot and could not be let go on. It is paused now.',
    remedy: { kind: 'runCommand', command: 'joey resume {name}', why: 'Lets it go on.' },
  },
  'sandbox-of-snapshot-gone': {
    code: 'notFound',
    params: { name: 'text' },
    sentence:
      '"{name}", of which the snapshot was taken, has been removed. Fork the snapshot, or say which sandbox to restore.',
  },
  'snapshot-ambiguous': {
    code: 'invalidRequest',
    params: { ref: 'text', count: 'number', matches: 'text' },
    sentence: '"{ref}" fits {count} snapshots: {matches}. Use SANDBOX@NAME or the id.',
    remedy: { kind: 'runCommand', command: 'joey snapshot ls', why: 'Shows all snapshots.' },
  },
  'snapshot-in-making': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: 'The snapshot "{name}" is still being made. Wait until it is there, or cancel that.',
    remedy: { kind: 'retry' },
  },
  'snapshot-in-use': {
    code: 'conflict',
    params: { name: 'text', sandbox: 'text' },
    sentence: '"{sandbox}" is being restored from the snapshot "{name}". Wait until that is done.',
    remedy: { kind: 'retry' },
  },
  'snapshot-name-taken': {
    code: 'conflict',
    params: { name: 'text' },
    sentence: 'The sandbox has a snapshot named "{name}" already. Choose another name.',
    remedy: { kind: 'runCommand', command: 'joey snapshot ls', why: 'Shows which names are taken.' },
  },
  'snapshot-removed': {
    code: 'notFound',
    sentence: 'The snapshot was removed meanwhile.',
  },
  'live-not-in-class': {
    code: 'unavailable',
    params: { class: 'text', doing: ['save', 'restore'], name: 'text?' },
    sentence: `{doing, select,
      restore {The class "{class}" cannot restore memory.}
      other {{class, select,
        container {Memory and processes of a container cannot be kept: that needs CRIU, which does not work on this machine. Take a snapshot of the disk, or change the class to "gvisor" or "microvm" first.}
        other {Memory and processes cannot be kept in the class "{class}" on this machine. Take a snapshot of the disk.}
      }}
    }`,
    remedy: { kind: 'runCommand', command: 'joey class ls', why: 'Shows what each class can do here.' },
  },
  'snapshot-not-found': {
    code: 'notFound',
    params: { ref: 'text' },
    sentence: 'There is no snapshot "{ref}".',
    remedy: { kind: 'runCommand', command: 'joey snapshot ls', why: 'Shows all snapshots.' },
  },
  'fork-not-possible': {
    code: 'conflict',
    params: { name: 'text', problem: 'sentence' },
    sentence: '{problem}',
  },
  'no-space-for-snapshot': {
    code: 'unavailable',
    params: { name: 'text', needed: 'number', free: 'number' },
    sentence: 'The snapshot of "{name}" needs about {needed} MiB, and {free} MiB are free. Make room, then try again.',
    remedy: {
      kind: 'runCommand',
      command: 'joey snapshot prune',
      why: 'Removes what the rules of keeping no longer keep.',
    },
  },
  'restored-not-started': {
    code: 'engine',
    params: { name: 'text', problem: 'sentence' },
    sentence: '"{name}" was put back to where it was, but did not start: {problem}',
    remedy: { kind: 'runCommand', command: 'joey start {name}', why: 'Tries to start it once more.' },
  },
})
