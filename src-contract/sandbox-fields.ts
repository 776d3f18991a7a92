import { ofPolicy, ofProgram } from './field-rules.ts'
import { formatGrant } from './grant-text.ts'
import { portText } from './port-text.ts'
import { resourceFields } from './resource-fields.ts'
import type { SandboxFields } from './sandbox-field.ts'
import { usualShmBytes } from './words.ts'
import { healthWords, mountWords, volumeWords } from './words-again.ts'

/**
 * The fields of a specification, in the order in which they are shown and written. Flags, facts, the command that makes
 * the same, controls of the create dialog, bundles, restores and comparisons read this table.
 */
export const sandboxFields = {
  image: { ...ofProgram, takesEffect: 'recreated' },
  class: {
    ...ofPolicy,
    takesEffect: 'created',
    flag: {
      name: 'class',
      type: 'string',
      value: 'CLASS',
      help: 'Isolation class: container, gvisor or microvm.',
    },
    again: (value) => ['--class', value],
  },
  command: { ...ofProgram, noun: 'field-command' },
  entrypoint: {
    ...ofProgram,
    flag: { name: 'entrypoint', type: 'string', value: 'COMMAND', help: "Replace the image's entrypoint." },
    noun: 'field-entrypoint',
  },
  // Not again: its values may be secrets.
  env: {
    ...ofProgram,
    flag: {
      name: 'env',
      type: 'string',
      short: 'e',
      multiple: true,
      value: 'NAME[=VALUE]',
      help: 'Set a variable; NAME alone takes it from here.',
    },
    noun: 'field-environment',
  },
  cwd: {
    ...ofProgram,
    flag: { name: 'workdir', type: 'string', short: 'w', value: 'PATH', help: 'Working directory inside.' },
    fact: { card: 'process', label: 'cwd', words: { kind: 'text', none: 'fromImage' } },
    noun: 'field-working-folder',
  },
  user: {
    ...ofProgram,
    flag: {
      name: 'user',
      type: 'string',
      short: 'u',
      value: 'USER[:GROUP]',
      help: 'Name or number of the user inside.',
    },
    fact: { card: 'process', label: 'user', words: { kind: 'text', none: 'fromImage' } },
    noun: 'field-user',
  },
  timeZone: {
    ...ofProgram,
    flag: {
      name: 'tz',
      type: 'string',
      value: 'ZONE',
      help: 'Time zone inside: Europe/Berlin, or local for that of here.',
    },
    again: (zone) => (zone === null ? [] : ['--tz', zone]),
    fact: { card: 'process', label: 'timeZone', words: { kind: 'text', none: 'fromImage' } },
  },
  withInit: {
    ...ofProgram,
    flag: {
      name: 'init',
      type: 'boolean',
      help: 'Let a process 1 of Joey hand on signals and take the ends of orphans.',
    },
    again: (isWanted) => (isWanted ? ['--init'] : []),
    fact: { card: 'process', label: 'withInit', words: { kind: 'switch', on: 'yes', off: 'no' } },
  },
  tty: {
    ...ofProgram,
    flag: { name: 'tty', type: 'boolean', short: 't', help: 'Give the command a terminal.' },
    fact: { card: 'process', label: 'tty', words: { kind: 'switch', on: 'yes', off: 'no' } },
    noun: 'field-terminal',
  },
  stdin: {
    ...ofProgram,
    flag: { name: 'interactive', type: 'boolean', short: 'i', help: 'Feed standard input to the command.' },
  },
  // Of a bundle, what lifts them needs consent.
  limits: { ...ofProgram, takesEffect: 'live', isPolicy: true, inBundle: 'requested', noun: 'field-limits' },
  ...resourceFields,
  ulimits: {
    ...ofProgram,
    flag: {
      name: 'ulimit',
      type: 'string',
      multiple: true,
      value: 'NAME=SOFT[:HARD]',
      help: 'Limit each process: nofile=1024:2048; -1 for no limit.',
    },
    again: (ulimits) => ulimits.flatMap((ulimit) => ['--ulimit', ulimit]),
    fact: { card: 'process', label: 'ulimits', words: { kind: 'list' } },
  },
  readOnlyRoot: {
    ...ofProgram,
    isPolicy: true,
    flag: { name: 'read-only', type: 'boolean', help: 'Forbid writing to the root file system.' },
    fact: { card: 'process', label: 'root', words: { kind: 'switch', on: 'rootReadOnly', off: 'rootWritable' } },
    noun: 'field-root',
  },
  stopGraceMs: {
    ...ofProgram,
    takesEffect: 'onRecord',
    flag: {
      name: 'stop-timeout',
      type: 'string',
      value: 'SECONDS',
      help: 'How long a stop waits before it kills.',
    },
    fact: { card: 'process', label: 'stopGrace', words: { kind: 'duration' } },
  },
  restartPolicy: {
    ...ofProgram,
    takesEffect: 'onRecord',
    restored: 'now',
    inBundle: 'dropped',
    flag: {
      name: 'restart',
      type: 'string',
      value: 'POLICY',
      help: 'Start it again when it has ended: no, always, unless-stopped, on-failure[:N].',
    },
    again: (policy) => (policy === 'no' ? [] : ['--restart', policy]),
    fact: { card: 'process', label: 'restartPolicy', words: { kind: 'text', none: 'none' } },
  },
  healthCheck: {
    ...ofProgram,
    again: (check) => (check === null ? [] : healthWords(check)),
    fact: { card: 'process', label: 'healthCheck', words: { kind: 'healthCheck' } },
  },
  stopWith: {
    ...ofProgram,
    takesEffect: 'onRecord',
    flag: {
      name: 'stop-signal',
      type: 'string',
      value: 'SIGNAL',
      help: "What a stop sends first; the image's if not given.",
    },
    again: (signal) => (signal === null ? [] : ['--stop-signal', signal]),
    fact: { card: 'process', label: 'stopWith', words: { kind: 'text', none: 'fromImage' } },
  },
  extraGroups: {
    ...ofProgram,
    flag: {
      name: 'group-add',
      type: 'string',
      multiple: true,
      value: 'GROUP',
      help: 'Make the user a member of a further group.',
    },
    again: (groups) => groups.flatMap((group) => ['--group-add', group]),
    fact: { card: 'process', label: 'extraGroups', words: { kind: 'list' } },
  },
  grants: {
    ...ofPolicy,
    takesEffect: 'created',
    flag: {
      name: 'grant',
      type: 'string',
      multiple: true,
      value: 'GRANT',
      help: 'Give what is refused by default: host-path:/etc:ro, cap:SYS_ADMIN, host-network.',
    },
    again: (grants) => grants.flatMap((grant) => ['--grant', formatGrant(grant)]),
    noun: 'field-grants',
  },
  dropCapabilities: {
    ...ofProgram,
    isPolicy: true,
    flag: {
      name: 'cap-drop',
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'Give up a capability that all sandboxes have, or ALL of them.',
    },
    again: (names) => names.flatMap((name) => ['--cap-drop', name]),
    fact: { card: 'process', label: 'dropCapabilities', words: { kind: 'list' } },
    noun: 'field-capabilities',
  },
  mounts: {
    ...ofPolicy,
    flag: {
      name: 'volume',
      type: 'string',
      short: 'v',
      multiple: true,
      value: '[SOURCE:]TARGET[:ro]',
      help: 'Show a volume, or a folder or file of this machine, inside.',
    },
    again: (mounts) => mounts.flatMap(mountWords),
    noun: 'field-mounts',
  },
  // Its flags are those of `mounts`. What is in a volume stays where it is: no bundle and no restore touches it.
  volumes: {
    ...ofPolicy,
    restored: 'now',
    inBundle: 'dropped',
    again: (volumes) => volumes.flatMap(volumeWords),
  },
  tmpfs: {
    ...ofProgram,
    flag: {
      name: 'tmpfs',
      type: 'string',
      multiple: true,
      value: 'PATH[:size=BYTES]',
      help: 'Mount a file system in memory.',
    },
    again: (mounts) => mounts.flatMap((mount) => ['--tmpfs', mount]),
    fact: { card: 'process', label: 'tmpfs', words: { kind: 'list' } },
  },
  shmBytes: {
    ...ofProgram,
    flag: { name: 'shm-size', type: 'string', value: 'BYTES', help: 'Size of /dev/shm; 64m if not given.' },
    again: (bytes) => (bytes === usualShmBytes ? [] : ['--shm-size', String(bytes)]),
    fact: { card: 'process', label: 'shmBytes', words: { kind: 'bytes' } },
  },
  sysctls: {
    ...ofProgram,
    isPolicy: true,
    flag: {
      name: 'sysctl',
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'Set what the kernel has for each sandbox: net.*, kernel.shm*, fs.mqueue.*',
    },
    again: (settings) => Object.entries(settings).flatMap(([name, value]) => ['--sysctl', `${name}=${value}`]),
  },
  network: {
    ...ofPolicy,
    restored: 'now',
    inBundle: 'carried',
    flag: {
      name: 'network',
      type: 'string',
      multiple: true,
      value: 'nat|none|NAME',
      help: 'A way out, nothing at all, or networks shared with others by name.',
    },
    again: (mode) => (mode === 'none' ? ['--network', mode] : []),
    fact: { card: 'network', label: 'network', words: { kind: 'networkMode' } },
  },
  // Its flag is that of `network`, which takes a name as well.
  networkName: {
    ...ofPolicy,
    takesEffect: 'live',
    restored: 'now',
    again: (name) => (name === null ? [] : ['--network', name]),
    fact: { card: 'network', label: 'networkName', words: { kind: 'text', none: 'none' } },
    form: { control: 'suggested', needsNetwork: true },
  },
  moreNetworks: {
    ...ofPolicy,
    takesEffect: 'live',
    restored: 'now',
    inBundle: 'dropped',
    again: (names) => names.flatMap((name) => ['--network', name]),
    fact: { card: 'network', label: 'moreNetworks', words: { kind: 'list' } },
  },
  networkAliases: {
    ...ofProgram,
    takesEffect: 'live',
    restored: 'now',
    inBundle: 'dropped',
    flag: {
      name: 'network-alias',
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'Let the others on its networks find it by a further name.',
    },
    again: (names) => names.flatMap((name) => ['--network-alias', name]),
    fact: { card: 'network', label: 'networkAliases', words: { kind: 'list' } },
  },
  fixedAddresses: {
    ...ofProgram,
    restored: 'now',
    inBundle: 'dropped',
    flag: {
      name: 'ip',
      type: 'string',
      multiple: true,
      value: 'ADDRESS',
      help: 'Give it this address in the subnet of its network.',
    },
    again: (addresses) => addresses.flatMap((address) => ['--ip', address]),
    fact: { card: 'network', label: 'fixedAddresses', words: { kind: 'list' } },
  },
  ports: {
    ...ofPolicy,
    takesEffect: 'live',
    restored: 'now',
    flag: {
      name: 'publish',
      type: 'string',
      short: 'p',
      multiple: true,
      value: '[HOST:]GUEST[/udp]',
      help: 'Publish a port on 127.0.0.1, of TCP where it does not say otherwise.',
    },
    again: (ports) =>
      ports.flatMap(({ hostPort, guestPort, protocol }) => ['-p', portText(`${hostPort}:${guestPort}`, protocol)]),
  },
  extraHosts: {
    ...ofProgram,
    flag: {
      name: 'add-host',
      type: 'string',
      multiple: true,
      value: 'NAME:ADDRESS',
      help: 'Give a host a name in /etc/hosts.',
    },
    again: (hosts) => hosts.flatMap((host) => ['--add-host', host]),
    fact: { card: 'network', label: 'extraHosts', words: { kind: 'list' } },
  },
  dnsServers: {
    ...ofProgram,
    flag: {
      name: 'dns',
      type: 'string',
      multiple: true,
      value: 'ADDRESS',
      help: "Ask this name server; this machine's if not given.",
    },
    again: (servers) => servers.flatMap((server) => ['--dns', server]),
    fact: { card: 'network', label: 'dnsServers', words: { kind: 'list' } },
  },
  dnsSearch: {
    ...ofProgram,
    flag: {
      name: 'dns-search',
      type: 'string',
      multiple: true,
      value: 'DOMAIN',
      help: 'Look for short names in this domain; a dot for in none.',
    },
    again: (domains) => domains.flatMap((domain) => ['--dns-search', domain]),
    fact: { card: 'network', label: 'dnsSearch', words: { kind: 'list' } },
  },
  dnsOptions: {
    ...ofProgram,
    flag: {
      name: 'dns-option',
      type: 'string',
      multiple: true,
      value: 'OPTION',
      help: 'Set an option of the resolver: ndots:2.',
    },
    again: (options) => options.flatMap((option) => ['--dns-option', option]),
    fact: { card: 'network', label: 'dnsOptions', words: { kind: 'list' } },
  },
  hostname: {
    ...ofProgram,
    restored: 'now',
    flag: {
      name: 'hostname',
      type: 'string',
      short: 'h',
      value: 'NAME',
      help: 'Hostname inside; its name if not given.',
    },
  },
  removeOnExit: {
    ...ofProgram,
    takesEffect: 'onRecord',
    restored: 'now',
    inBundle: 'dropped',
    flag: { name: 'rm', type: 'boolean', help: 'Remove the sandbox when its command has ended.' },
  },
  annotations: {
    ...ofProgram,
    takesEffect: 'onRecord',
    flag: {
      name: 'annotation',
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'Note something on its record.',
    },
    again: (notes) => Object.entries(notes).flatMap(([name, value]) => ['--annotation', `${name}=${value}`]),
  },
  labels: {
    ...ofProgram,
    takesEffect: 'onRecord',
    flag: {
      name: 'label',
      type: 'string',
      short: 'l',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'Attach a label.',
    },
  },
} as const satisfies SandboxFields
