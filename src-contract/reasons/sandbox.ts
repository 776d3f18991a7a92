import { defineReasons } from './define.ts'

export const sandboxReasons = defineReasons({
  'total-memory-below-use': {
    code: 'conflict',
    params: { ceiling: 'number', used: 'number' },
    sentence:
      'All sandboxes together use {used} MiB of memory, more than the {ceiling} MiB of the new ceiling. Stop some first, or take a higher one.',
  },
  'class-unknown': {
    code: 'internal',
    params: { to: 'text' },
    sentence: 'There is no class "{to}".',
    remedy: { kind: 'runCommand', command: 'joey class ls', why: 'Shows the classes that there are.' },
  },
  'command-missing': {
    code: 'invalidRequest',
    sentence: 'The image has no command of its own. Say which one to run.',
  },
  'group-unknown': {
    code: 'invalidRequest',
    params: { name: 'text' },
    sentence: 'There is no group "{name}" in the sandbox. Use a number, or a name from its /etc/group.',
  },
  'host-network-and-name': {
    code: 'invalidRequest',
    sentence:
      "It is either on this machine's own network or on one of sandboxes. Leave out host-network, or the network's name.",
  },
  'host-network-and-none': {
    code: 'invalidRequest',
    sentence: `It cannot have this machine's network and none. Leave out host-network, or choose the network "nat".`,
  },
  'host-network-and-ports': {
    code: 'invalidRequest',
    sentence: "On this machine's own network its ports are this machine's. Leave out the ports, or host-network.",
  },
  'restart-and-remove': {
    code: 'invalidRequest',
    sentence:
      'A sandbox that is removed when its command has ended (--rm) cannot be started again (--restart). Leave out one of the two.',
  },
  'sandbox-not-healthy': {
    code: 'conflict',
    params: { name: 'text', why: ['unhealthy', 'no-check', 'ended'] },
    sentence: `{why, select,
      unhealthy {"{name}" is unhealthy: its checks fail.}
      no-check {"{name}" has no check of health, so it never becomes healthy.}
      other {"{name}" does not run, so it never becomes healthy.}
    }`,
    remedy: {
      kind: 'runCommand',
      command: '{why, select, ended {joey logs {name}} other {joey inspect {name}}}',
      why: '{why, select, ended {Shows what it wrote.} other {Shows its checks.}}',
    },
  },
  'init-not-there': {
    code: 'unavailable',
    sentence: 'This installation has no process 1 for sandboxes on this kind of processor. Leave out --init.',
  },
  'resource-not-here': {
    code: 'unavailable',
    params: { option: 'text', controller: 'text' },
    sentence: "This machine's kernel has nothing for {option}: its cgroups have no {controller} for that.",
  },
  'resource-refused': {
    code: 'invalidRequest',
    params: { option: 'text', value: 'text' },
    sentence: "This machine's kernel does not take {option} {value}.",
  },
  'processors-not-there': {
    code: 'invalidRequest',
    params: { wanted: 'text', there: 'text' },
    sentence: '--cpuset-cpus {wanted}: this machine has the processors {there}.',
  },
  'rate-not-of-disk': {
    code: 'invalidRequest',
    params: { path: 'text' },
    sentence: '"{path}" is no disk of this machine, so there is nothing to read from it or write to it.',
  },
  'swap-needs-memory': {
    code: 'invalidRequest',
    sentence:
      'A limit of memory and swap together needs a limit of memory that is not above it. Give --memory as well.',
  },
  'name-needs-network': {
    code: 'invalidRequest',
    params: { network: 'text' },
    sentence: `Without a network it cannot be on "{network}". Use "nat", or leave out the network's name.`,
  },
  'not-a-tree': {
    code: 'invalidRequest',
    params: { ref: 'text' },
    sentence: '"{ref}" is not the name of a tree of files.',
  },
  'ports-need-network': {
    code: 'invalidRequest',
    sentence: 'Ports cannot be published without a network. Use "nat", or leave out the ports.',
  },
  'removed-on-exit': {
    code: 'conflict',
    sentence: 'It was to be removed when it stops, so it cannot be restarted.',
  },
  'sandbox-ambiguous': {
    code: 'invalidRequest',
    params: { ref: 'text', count: 'number' },
    sentence: '"{ref}" fits {count} sandboxes. Use more of the id, or the name.',
    remedy: { kind: 'runCommand', command: 'joey ls -a', why: 'Shows all sandboxes.' },
  },
  'sandbox-runs': {
    code: 'conflict',
    params: { name: 'text', state: 'text' },
    sentence: '"{name}" is {state}. Stop it first, or remove it by force (joey rm -f): what runs in it ends at once.',
    remedy: { kind: 'runCommand', command: 'joey stop {name}', why: 'Stops it first.' },
  },
  'too-many-layers': {
    code: 'conflict',
    params: { name: 'text', layers: 'number' },
    sentence:
      '"{name}" stands on {layers} layers, which is more than one mount can have. Wait a moment until they have been joined, then try again.',
    remedy: { kind: 'retry' },
  },
  'user-unknown': {
    code: 'invalidRequest',
    params: { who: 'text' },
    sentence: 'There is no user "{who}" in the sandbox. Use a number, or a name from its /etc/passwd.',
  },
  'state-forbids': {
    code: 'conflict',
    params: {
      name: 'text',
      state: 'text',
      verb: ['started', 'stopped', 'paused', 'resumed', 'signalled', 'changed', 'entered', 'kept', 'edited'],
    },
    sentence: `{verb, select,
      edited {"{name}" is {state}, so nothing in it can be changed. Resume it first.}
      other {"{name}" is {state}, so it cannot be {verb, select, kept {kept as a snapshot} other {{verb}}}.}
    }`,
    remedy: {
      kind: 'runCommand',
      command:
        '{verb, select, edited {joey resume {name}} entered {{state, select, paused {joey resume {name}} stopped {joey start {name}} created {joey start {name}} other {}}} started {{state, select, paused {joey resume {name}} other {}}} signalled {{state, select, stopped {joey start {name}} created {joey start {name}} other {}}} resumed {{state, select, stopped {joey start {name}} other {}}} paused {{state, select, stopped {joey start {name}} created {joey start {name}} other {}}} other {}}',
      why: '{state, select, paused {Lets it go on.} other {Starts it.}}',
    },
  },
  'sandbox-removed': {
    code: 'notFound',
    params: { during: ['run', 'work'] },
    sentence: `{during, select,
      run {The sandbox was removed before it had run to its end.}
      other {The sandbox was removed meanwhile.}
    }`,
  },
  'sandbox-not-found': {
    code: 'notFound',
    params: { ref: 'text' },
    sentence: 'There is no sandbox "{ref}".',
    remedy: { kind: 'runCommand', command: 'joey ls -a', why: 'Shows all sandboxes.' },
  },
  'sandbox-name-taken': {
    code: 'conflict',
    params: { name: 'text', other: 'text?' },
    sentence: `{other, select,
      = {There is a sandbox named "{name}" already. Choose another name.}
      other {There is a sandbox named "{other}" already, and on a network upper and lower case are one. Choose another name than "{name}".}
    }`,
    remedy: { kind: 'runCommand', command: 'joey ls -a', why: 'Shows which names are taken.' },
  },
  'time-zone-unknown': {
    code: 'invalidRequest',
    params: { zone: 'text' },
    sentence: 'There is no time zone "{zone}". Write it as in Europe/Berlin, or "local" for that of this machine.',
  },
  'time-zone-without-rules': {
    code: 'notFound',
    params: { zone: 'text' },
    sentence:
      'Neither the image nor this machine knows when it is what time in "{zone}". Install the package tzdata in one of them.',
  },
  'sysctl-refused-inside': {
    code: 'refused',
    params: { name: 'text', why: ['global', 'hostNetwork', 'gvisor', 'unknown'] },
    sentence: `The setting {name} is refused: {why, select,
      global {it is one of this whole machine. A sandbox has net.*, kernel.msgmax, kernel.msgmnb, kernel.msgmni, kernel.sem, kernel.shmall, kernel.shmmax, kernel.shmmni, kernel.shm_rmid_forced and fs.mqueue.* of its own.}
      hostNetwork {the sandbox has the network of this machine, so it would be a setting of that.}
      gvisor {the kernel that gVisor is has no settings. Choose another class.}
      other {the kernel of this machine has no such setting.}
    }`,
  },
  'sysctl-not-taken': {
    code: 'invalidRequest',
    sentence:
      'The kernel does not take a setting that was asked for by --sysctl: it has none of that name, or not such a value.',
  },
  'sandbox-not-running': {
    code: 'conflict',
    params: { name: 'text', state: 'text?' },
    sentence: `{state, select,
      = {"{name}" does not run, so it uses nothing.}
      other {"{name}" is {state}.}
    }`,
    remedy: { kind: 'runCommand', command: 'joey start {name}', why: 'Starts it.' },
  },
  'class-not-available': {
    code: 'unavailable',
    params: { class: 'text', explanation: 'sentence?' },
    sentence:
      'This machine does not offer the class "{class}" now{explanation, select, = {. Pick another class.} other {: {explanation}}}',
    remedy: { kind: 'runCommand', command: 'joey doctor', why: 'Shows what is missing for each class.' },
  },
  'class-change-not-possible': {
    code: 'conflict',
    params: { name: 'text', class: 'text', problems: 'sentences' },
    sentence: '"{name}" cannot be changed to the class "{class}". {problems}',
    remedy: { kind: 'runCommand', command: 'joey class ls', why: 'Shows what each class can do here.' },
  },
  'change-needs-restart': {
    code: 'conflict',
    params: { name: 'text' },
    sentence:
      '"{name}" runs, and gets another image only when it is stopped and started again. Say --restart, or stop it first.',
    remedy: { kind: 'runCommand', command: 'joey stop {name}', why: 'Stops it first.' },
  },
  'change-not-started': {
    code: 'conflict',
    params: { name: 'text', problem: 'sentence', runs: ['yes', 'no'] },
    sentence:
      '"{name}" did not start with the change, so nothing of it is changed{runs, select, yes {, and it runs again as before} no {; it is stopped}}. {problem}',
    remedy: { kind: 'runCommand', command: 'joey logs {name}', why: 'Shows what it printed.' },
  },
})
