import { formatGrant } from './grant-text.ts'
import type { SandboxSpec } from './sandbox.ts'
import type { FieldNoun } from './sentences/restore.ts'
import { usualShmBytes } from './words.ts'

/** An option of `joey run`, in the form that the command line declares its options in. */
export interface FieldFlag {
  readonly name: string
  readonly type: 'boolean' | 'string'
  readonly short?: string
  readonly multiple?: true
  /** What stands for the value in the help. */
  readonly value?: string
  readonly help: string
}

/** How the facts of a sandbox show a value. The words are keys of the window's texts. */
export type FieldWords =
  /** Text or a number as it is, or the word for none. */
  | { readonly kind: 'text'; readonly none: 'fromImage' | 'none' }
  | { readonly kind: 'switch'; readonly on: 'yes' | 'rootReadOnly'; readonly off: 'no' | 'rootWritable' }
  | { readonly kind: 'duration' }
  | { readonly kind: 'bytes' }
  /** Words one after another, or the word for none. */
  | { readonly kind: 'list' }
  | { readonly kind: 'networkMode' }

/** Everything that is to be known about one field of a specification, but what the engines make of it. */
export interface SandboxField<Value = unknown> {
  /** Absent: the command line sets it otherwise, or not at all. */
  readonly flag?: FieldFlag
  /** The words of `joey run` that ask for this value again. Absent: a command to make the same leaves it out. */
  readonly again?: (value: Value) => readonly string[]
  /** A row of the facts; `label` is a key of the window's texts. Absent: shown by a card of its own, or not. */
  readonly fact?: { readonly card: 'process' | 'network'; readonly label: string; readonly words: FieldWords }
  /** A control of the create dialog that is made from this table. Absent: it has one of its own, or none. */
  readonly form?: {
    /** Text, with what other sandboxes have as suggestions. */
    readonly control: 'suggested'
    /** There is nothing to choose without a network. */
    readonly needsNetwork: boolean
  }
  /** When a change is in force; `created`: only in a new sandbox. sandboxes/sandbox-changes.ts in the agent reads it. */
  readonly takesEffect: 'live' | 'nextStart' | 'created'
  /** It is part of what the sandbox can do and reach. */
  readonly isPolicy: boolean
  /** `then`: as it was kept. `now`: as it is. `narrowed`: as it was kept, as far as it holds now. */
  readonly restored: 'then' | 'now' | 'narrowed'
  /** What it is called where a restore brings back another value: a sentence in sentences/restore.ts. */
  readonly noun?: FieldNoun
  /** `carried`: comes in with a bundle. `requested`: only what the person agrees to. `dropped`: never. */
  readonly inBundle: 'carried' | 'requested' | 'dropped'
}

export type SandboxFields = {
  readonly [K in keyof SandboxSpec]: SandboxField<SandboxSpec[K]> & Fitting<NonNullable<SandboxSpec[K]>>
}

/** What an entry may say about values of this type: other words would show them as what they are not. */
interface Fitting<Value> {
  readonly fact?: { readonly words: { readonly kind: KindFor<Value> } }
  /** The control that the table makes is for text. */
  readonly form?: Value extends string ? object : never
}
type KindFor<Value> = Value extends boolean
  ? 'switch'
  : Value extends readonly string[]
    ? 'list'
    : Value extends number
      ? 'text' | 'duration' | 'bytes'
      : Value extends string
        ? 'text' | 'networkMode'
        : never

/** What most fields have in common: they belong to the program, and are as they were made. */
const ofProgram = { takesEffect: 'created', isPolicy: false, restored: 'then', inBundle: 'carried' } as const
const ofPolicy = { takesEffect: 'created', isPolicy: true, restored: 'narrowed', inBundle: 'requested' } as const

/**
 * The fields of a specification, in the order in which they are shown and written. Flags, facts, the command that makes
 * the same, controls of the create dialog, bundles, restores and comparisons read this table.
 */
export const sandboxFields = {
  image: ofProgram,
  class: {
    ...ofPolicy,
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
  readOnlyRoot: {
    ...ofProgram,
    isPolicy: true,
    flag: { name: 'read-only', type: 'boolean', help: 'Forbid writing to the root file system.' },
    fact: { card: 'process', label: 'root', words: { kind: 'switch', on: 'rootReadOnly', off: 'rootWritable' } },
    noun: 'field-root',
  },
  stopGraceMs: {
    ...ofProgram,
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
  stopWith: {
    ...ofProgram,
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
    takesEffect: 'nextStart',
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
      value: 'SOURCE:TARGET[:ro]',
      help: 'Show a folder or file of this machine inside.',
    },
    again: (mounts) => mounts.flatMap(mountWords),
    noun: 'field-mounts',
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
  network: {
    ...ofPolicy,
    restored: 'now',
    inBundle: 'carried',
    flag: {
      name: 'network',
      type: 'string',
      value: 'nat|none|NAME',
      help: 'A way out, nothing at all, or a network shared with others by name.',
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
  ports: {
    ...ofPolicy,
    restored: 'now',
    flag: {
      name: 'publish',
      type: 'string',
      short: 'p',
      multiple: true,
      value: '[HOST:]GUEST',
      help: 'Publish a TCP port on 127.0.0.1.',
    },
    again: (ports) => ports.flatMap(({ hostPort, guestPort }) => ['-p', `${hostPort}:${guestPort}`]),
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
    restored: 'now',
    inBundle: 'dropped',
    flag: { name: 'rm', type: 'boolean', help: 'Remove the sandbox when its command has ended.' },
  },
  labels: {
    ...ofProgram,
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

/** Fields that a sandbox can be changed in after it was made, and those of them that change while it runs. */
export type ChangeableKey = KeysThatTakeEffect<'live' | 'nextStart'>
export type LiveKey = KeysThatTakeEffect<'live'>
type KeysThatTakeEffect<When> = {
  [K in keyof typeof sandboxFields]: (typeof sandboxFields)[K]['takesEffect'] extends When ? K : never
}[keyof typeof sandboxFields]

/** The table for who reads it as a whole, or another one like it. */
export type FieldTable = Readonly<Record<string, SandboxField<never>>>

/** The fields of which something holds, by key. */
export function fieldsWhere(
  holds: (field: SandboxField<never>) => boolean,
  table: FieldTable = sandboxFields,
): readonly string[] {
  return Object.entries(table).flatMap(([key, field]) => (holds(field) ? [key] : []))
}

/** Of a value with these fields, those that are named. */
export function pickFields(spec: SandboxSpec, keys: readonly string[]): Partial<SandboxSpec> {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => keys.includes(key)))
}

/** The words of `joey run` that ask for the same again. */
export function wordsAgain(spec: Readonly<Record<string, unknown>>, table: FieldTable = sandboxFields): string[] {
  const order = [...runOrder, ...Object.keys(table).filter((key) => !runOrder.includes(key))]
  return order.flatMap((key) => table[key]?.again?.(spec[key] as never) ?? [])
}

/** As people write them: the class and the network before what is let through. */
const runOrder: readonly string[] = ['class', 'network', 'networkName', 'ports', 'mounts', 'grants']

/** The labels of a table's rows, each by its name, so that the window needs a text for every one of them. */
type LabelOf<Table> = {
  [K in keyof Table]: Table[K] extends { readonly fact: { readonly label: infer Label extends string } } ? Label : never
}[keyof Table]

export type FactLabel = LabelOf<typeof sandboxFields>

/** A row of the facts of a sandbox. */
interface FieldFact<Label extends string> {
  readonly key: string
  readonly label: Label
  readonly words: FieldWords
  readonly value: unknown
}

/** The rows of a card of facts, in order. */
export function factsOf<Table extends FieldTable>(
  card: 'process' | 'network',
  spec: Readonly<Record<string, unknown>>,
  table: Table,
): readonly FieldFact<LabelOf<Table>>[] {
  return Object.entries<SandboxField<never>>(table).flatMap(([key, { fact }]) =>
    fact?.card === card ? [{ key, label: fact.label as LabelOf<Table>, words: fact.words, value: spec[key] }] : [],
  )
}

/** Fields whose control in the create dialog is made from the table. */
export type FormKey = {
  [K in keyof typeof sandboxFields]: (typeof sandboxFields)[K] extends { readonly form: unknown } ? K : never
}[keyof typeof sandboxFields]
export const formKeys = fieldsWhere(({ form }) => form !== undefined) as readonly FormKey[]

/** The short form has no room for a colon in a path. */
function mountWords({ source, target, readOnly, recursive, watch }: SandboxSpec['mounts'][number]): string[] {
  const words = [
    ...(readOnly ? ['ro'] : []),
    ...(recursive ? ['recursive'] : []),
    ...(watch === false ? ['nowatch'] : []),
  ]
  if (![source, target].some((path) => path.includes(':'))) {
    return ['-v', [source, target, ...(words.length > 0 ? [words.join(',')] : [])].join(':')]
  }
  return ['--mount', [`source=${source}`, `target=${target}`, ...words].join(',')]
}
