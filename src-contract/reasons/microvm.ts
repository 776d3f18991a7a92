import { defineReasons } from './define.ts'

export const microvmReasons = defineReasons({
  'command-too-long': {
    code: 'tooLarge',
    sentence: 'The command with its arguments and environment is too long for a micro-VM. Shorten it.',
  },
  'grant-not-possible': {
    code: 'invalidRequest',
    sentence:
      "A micro-VM has a kernel of its own, so it cannot have this machine's network or devices. Choose another class, or take back the grant.",
  },
  'guest-architecture': {
    code: 'unavailable',
    sentence: 'Micro-VMs need a machine with an x86-64 processor. Choose another class for the sandbox.',
  },
  'guest-failed': {
    code: 'engine',
    sentence: 'The guest could not do what was requested. Its words are in the details.',
  },
  'guest-init-missing': {
    code: 'unavailable',
    sentence: 'The program that starts micro-VMs is missing from this installation. Install Joey again.',
  },
  'guest-kernel-missing': {
    code: 'unavailable',
    sentence: 'The kernel for micro-VMs is not installed. Install the packages of Joey again, with the optional ones.',
  },
  'guest-kernel-other': {
    code: 'unavailable',
    sentence:
      'The kernel for micro-VMs is not the one that this version of Joey was tested with, so it is not used. Install the packages of Joey again.',
  },
  'guest-kernel-refused': {
    code: 'unavailable',
    params: { path: 'text', why: 'sentence' },
    sentence: 'The kernel {path}, which the settings name for micro-VMs, cannot be used. {why}',
    remedy: {
      kind: 'runCommand',
      command: 'joey settings microvmKernel=default',
      why: "Takes Joey's own kernel again, when the agent starts next.",
    },
  },
  'guest-kernel-unusable': {
    code: 'unavailable',
    sentence: 'The kernel for micro-VMs is damaged or of an unknown kind. Install the packages of Joey again.',
  },
  'guest-silent': {
    code: 'timeout',
    sentence: 'The micro-VM does not answer. It may be paused or very busy; try again, or stop the sandbox.',
    remedy: { kind: 'retry' },
  },
  'kill-failed': {
    code: 'engine',
    params: { pids: 'text' },
    sentence: 'Processes of the micro-VM did not end when they were killed.',
  },
  'no-space': {
    code: 'unavailable',
    sentence: 'There is not enough room for the memory of the sandbox, so nothing was saved. Free some space.',
    remedy: {
      kind: 'runCommand',
      command: 'joey snapshot prune',
      why: 'Removes what the rules of keeping no longer keep.',
    },
  },
  'process-gone': {
    code: 'conflict',
    sentence: 'The process has already ended.',
  },
  'qemu-gone': {
    code: 'engine',
    sentence: 'The micro-VM does not answer: its emulator is gone or stuck.',
  },
  'qemu-refused': {
    code: 'engine',
    params: { command: 'text' },
    sentence: 'QEMU refused "{command}". Its words are in the details.',
  },
  'restore-failed': {
    code: 'engine',
    sentence:
      'The micro-VM did not come up from its saved memory. The words of its parts are in the details. Restore the disk alone.',
  },
  'sandbox-paused': {
    code: 'conflict',
    sentence: 'The sandbox is paused, and its memory can only be saved while it runs. Resume it first.',
  },
  'save-in-progress': {
    code: 'conflict',
    sentence: 'The memory of this sandbox is being saved already. Wait until that is done.',
    remedy: { kind: 'retry' },
  },
  'share-failed': {
    code: 'engine',
    params: { source: 'text' },
    sentence: 'The folder {source} could not be shared with the micro-VM.',
  },
  'state-differs': {
    code: 'conflict',
    params: { what: 'sentences' },
    sentence:
      'The memory cannot go on in a sandbox that differs in what a running machine cannot change. {what} Keep that as it was, or restore the disk alone.',
  },
  'state-incompatible': {
    code: 'conflict',
    sentence:
      'The memory was saved by another version of the engine, or on another processor, and cannot go on here. Restore the disk alone.',
  },
  'template-failed': {
    code: 'engine',
    sentence: 'A micro-VM could not be prepared.',
    remedy: { kind: 'retry' },
  },
  'virtiofsd-missing': {
    code: 'unavailable',
    sentence: 'Mounts into micro-VMs need virtiofsd, which is not installed. Install qemu-system-common.',
  },
  'too-many-mounts': {
    code: 'invalidRequest',
    params: { room: 'number', wanted: 'number' },
    sentence:
      'A micro-VM with this image has room for {room} mounts, but {wanted} are wanted. Choose another class, or mount a common folder.',
    remedy: { kind: 'runCommand', command: 'joey class ls', why: 'Shows the other classes.' },
  },
  'guest-gone': {
    code: 'engine',
    sentence: 'The connection to the micro-VM ended. Look at the state of the sandbox and try again.',
    remedy: { kind: 'retry' },
  },
  'machine-not-running': {
    code: 'notFound',
    sentence: 'The sandbox does not run.',
  },
  'needs-restart': {
    code: 'conflict',
    params: { why: ['memory', 'version'], mebibytes: 'number?' },
    sentence: `{why, select,
      memory {A running micro-VM cannot have more memory than it was started with, which is {mebibytes} MiB. Stop it, and start it again with the new limit.}
      other {The sandbox was started by an earlier version of Joey, whose micro-VMs cannot be saved while they run. Stop it and start it again.}
    }`,
  },
})
