import { defineReasons } from './define.ts'

export const engineReasons = defineReasons({
  'capability-not-held': {
    code: 'unavailable',
    sentence:
      'Joey does not hold every capability that was granted, so it cannot give it: it runs confined itself. Take the grant back, or use a micro-VM.',
    remedy: { kind: 'runCommand', command: 'joey class ls', why: 'Shows what each class can do here.' },
  },
  'device-not-found': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: 'There is no device {path} on this machine. Take the grant back, or name another one.',
  },
  'help-inside-failed': {
    code: 'engine',
    sentence: 'Joey could not do its own work inside the sandbox, which may be out of memory or processes.',
  },
  'limit-too-low': {
    code: 'invalidRequest',
    params: { leastBytes: 'number' },
    sentence: 'gVisor needs some memory itself: give the sandbox at least 24 MiB, or take the class "container".',
  },
  'no-runtime-works': {
    code: 'unavailable',
    sentence: 'No container runtime works on this machine.',
    remedy: { kind: 'runCommand', command: 'joey doctor', why: 'Shows why.' },
  },
  'not-running': {
    code: 'conflict',
    sentence: 'Memory can be saved only while the sandbox runs. Start or resume it first.',
  },
  'remove-failed': {
    code: 'engine',
    params: { left: 'text' },
    sentence: 'The runtime could not remove the sandbox: it is {left}.',
  },
  'save-not-ready': {
    code: 'timeout',
    sentence: 'gVisor took too long to get ready for saving the memory. Try again.',
    remedy: { kind: 'retry' },
  },
  'state-of-other-engine': {
    code: 'conflict',
    sentence:
      'The saved memory is of another version of gVisor or of another processor, and cannot go on here. Its disk can be restored.',
  },
  'state-unreadable': {
    code: 'engine',
    sentence: 'The runtime could not report the state of the sandbox.',
  },
  'state-without-disk': {
    code: 'conflict',
    sentence: 'A file that was open when the memory was saved is not on the disk, so it cannot go on.',
  },
  'runtime-unknown': {
    code: 'unavailable',
    params: { wanted: 'text' },
    sentence: 'JOEY_RUNTIME is "{wanted}", but must be crun or runc.',
  },
  'no-runtime': {
    code: 'unavailable',
    params: { wanted: 'text?' },
    sentence: `{wanted, select,
      = {No container runtime is installed on this machine. Install crun or runc.}
      other {The container runtime {wanted} is not installed on this machine.}
    }`,
  },
  'command-not-found': {
    code: 'invalidRequest',
    params: { program: 'text' },
    sentence: `{program, select,
      = {The command is an empty word, which names no program.}
      other {There is no program "{program}" in the sandbox. Check the command, or pick another image.}
    }`,
    remedy: { kind: 'runCommand', command: 'joey image ls', why: 'Shows the other images.' },
  },
  'command-not-executable': {
    code: 'invalidRequest',
    params: { program: 'text?' },
    sentence:
      '{program, select, = {The command} other {"{program}"}} in the sandbox cannot be run: it is not a program, or its mode forbids it. Check the command.',
  },
  'working-directory': {
    code: 'invalidRequest',
    params: { program: 'text' },
    sentence: '"{program}" was not started, because its working directory cannot be entered. Check that it is there.',
  },
  'start-failed': {
    code: 'engine',
    params: { part: ['process', 'sandbox', 'machine', 'boot', 'runtime'] },
    sentence: `{part, select,
      process {The guest could not start the process. Its words are in the details.}
      sandbox {The guest could not make the sandbox. Its words are in the details.}
      machine {The micro-VM could not be started. The words of its parts are in the details.}
      boot {The micro-VM did not come up. The words of its parts are in the details.}
      other {The runtime could not make the sandbox. Its words are in the details.}
    }`,
  },
  'limit-below-use': {
    code: 'conflict',
    sentence: 'The sandbox uses more memory than this limit. Choose a higher one, or end some of its processes.',
  },
  'signal-unknown': {
    code: 'invalidRequest',
    params: { signal: 'text' },
    sentence: 'There is no signal "{signal}".',
  },
  'signal-not-in-class': {
    code: 'invalidRequest',
    params: { signal: 'text', class: 'text', highest: 'number' },
    sentence:
      'The signal {signal} cannot be sent in the class "{class}", which knows those from 1 to {highest}. Take another signal, or another class.',
  },
  'signal-failed': {
    code: 'engine',
    params: { signal: 'text' },
    sentence: 'The signal {signal} could not be sent.',
  },
  'pause-incomplete': {
    code: 'engine',
    params: { seconds: 'number' },
    sentence:
      'A process could not be frozen in {seconds} seconds, so everything goes on. It waits for a device or a server that does not answer.',
  },
  'state-damaged': {
    code: 'engine',
    params: { engine: ['microvm', 'gvisor'] },
    sentence: `{engine, select,
      microvm {The saved memory is damaged or not whole, so nothing was started from it. Restore the disk alone, or take another snapshot.}
      other {The saved memory is damaged, so nothing was started from it. Its disk can still be restored.}
    }`,
  },
  'ids-not-mappable': {
    code: 'engine',
    params: { path: 'text' },
    sentence: 'The file system of {path} cannot map ids of users, so this sandbox cannot have ids of its own.',
  },
  'id-not-in-sandbox': {
    code: 'invalidRequest',
    params: { id: 'number', last: 'number' },
    sentence: 'There is no user or group {id} in this sandbox: it has those from 0 to {last}.',
  },
  'save-failed': {
    code: 'engine',
    params: { engine: ['qemu', 'gvisor'] },
    sentence: `{engine, select,
      qemu {The micro-VM's memory could not be saved. The words of its emulator are in the details.}
      other {gVisor could not save the memory of the sandbox. Its words are in the details.}
    }`,
  },
  'live-not-possible': {
    code: 'conflict',
    params: {
      why: ['mounts', 'recursiveMounts', 'hostParts', 'hostNetwork', 'connections'],
      name: 'text?',
      class: 'text?',
    },
    sentence: `{why, select,
      mounts {The memory of a micro-VM with mounts cannot be saved, because other processes of this machine serve them. Take a snapshot of its disk, or remove the mounts.}
      hostParts {The memory of a sandbox that uses the network or a device of this machine itself cannot be saved. Take a snapshot of its disk, or take back the grant.}
      recursiveMounts {Memory cannot be saved with a recursive mount, because what is mounted below it may be another by then. Save the disk only.}
      hostNetwork {Memory cannot be saved with the host's network granted. Take the grant back, or save the disk only.}
      other {This version of gVisor cannot let go of network connections, and would end instead of saving its memory. Save the disk only, or install a newer gVisor.}
    }`,
  },
})
