import * as z from 'zod'
import { HealthCheck, HealthStatus } from './health.ts'
import { resourceOptions } from './resource-options.ts'
import { mayGrow } from './tolerant.ts'
import { Ulimit } from './ulimit.ts'
import { VolumeName } from './volume.ts'
import { Wording } from './wire-texts.ts'
import {
  isolationClasses,
  networkName,
  sandboxName,
  sandboxRef,
  sandboxStates,
  signalName,
  usualShmBytes,
} from './words.ts'

/** Fixed length, because gVisor resolves prefixes of ids; safe as a file name and as an OCI container id. */
export const SandboxId = z.string().regex(/^[a-f0-9]{12}$/, 'A sandbox id has 12 hexadecimal digits.')
export type SandboxId = z.infer<typeof SandboxId>

/** What people call it. Others on its network reach it by that, whatever the case: so no two differ by case alone. */
export const SandboxName = z.string().regex(sandboxName.pattern, sandboxName.problem)
export type SandboxName = z.infer<typeof SandboxName>

/** What a sandbox calls itself, with the names that Docker takes: capitals and dots too. The kernel takes 64 bytes. */
export const Hostname = z
  .string()
  .max(64, 'A hostname has at most 64 characters.')
  .regex(
    /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/,
    'A hostname has letters, digits and dashes, in parts of 1 to 63 characters with dots between them.',
  )

/** A name, a whole id, or an unambiguous start of an id. */
export const SandboxRef = z.string().regex(sandboxRef.pattern, sandboxRef.problem)

export const SignalName = z.string().regex(signalName.pattern, signalName.problem)

/** How strong the isolation is, weakest first: whoever needs the order reads it here. Classes other than `container` are offered where the host has their engine. */
export const IsolationClass = z.enum(isolationClasses)
export type IsolationClass = z.infer<typeof IsolationClass>

/**
 * `creating`, `starting`, `stopping`, `changing` (of the class) and `removing` are intents on record before an engine is called;
 * the others are facts. `created` has never run. One that a client does not know is shown as a change under way.
 */
export const SandboxState = mayGrow(z.enum(sandboxStates), 'changing')
export type SandboxState = z.infer<typeof SandboxState>

export const Limits = z.strictObject({
  /** Bytes; at least 6 MiB, below which no runtime starts. Null: no limit. */
  memoryBytes: z
    .int()
    .min(6 * 1024 * 1024)
    .max(2 ** 50)
    .nullable()
    .default(null),
  /** Cores; 0.3 is 30 % of one. Null: no limit. */
  cpus: z.number().min(0.01).max(1024).nullable().default(null),
  /** Processes and threads. */
  pids: z.int().min(1).max(4_194_304).nullable().default(4096),
  /** Bytes that it can write to its own disk; at least 64 MiB. Null: no limit, of a micro-VM the usual size of its disk. */
  diskBytes: z
    .int()
    .min(64 * 1024 * 1024)
    .max(2 ** 44)
    .nullable()
    .default(null),
})
export type Limits = z.infer<typeof Limits>
/** Those of what runs; that of the disk holds whether it runs or not. */
export type RunLimits = Omit<Limits, 'diskBytes'>

/** A path inside a sandbox: absolute, without `..`, and not the root. */
export const GuestPath = z
  .string()
  .max(4096)
  .regex(/^\/(?!\/)[^\0]*$/, 'A path inside a sandbox starts with one slash.')
  .refine((path) => !path.split('/').includes('..'), 'A path inside a sandbox must not contain "..".')

export const Mount = z.strictObject({
  kind: z.literal('bind').default('bind'),
  /** On the host: absolute, must exist. */
  source: z
    .string()
    .min(1)
    .max(4096)
    .regex(/^\/[^\0]*$/, 'The source of a mount is an absolute path.'),
  target: GuestPath.refine((path) => path.replace(/\/+$/, '') !== '', 'A mount cannot replace the root.'),
  readOnly: z.boolean().default(false),
  /**
   * What is mounted below the source comes along, each as its own mount with the same access; never what is refused as a
   * source, nor what shows the kernel's state. Absent: it stays out.
   */
  recursive: z.boolean().optional(),
  /**
   * Whether programs inside that watch the folder are told of what is changed in it on this machine, where their kernel does not
   * see that itself. Absent: they are.
   */
  watch: z.boolean().optional(),
})
export type Mount = z.infer<typeof Mount>

/** A volume that the sandbox sees as a folder. */
export const VolumeMount = z.strictObject({
  /** Null: one is made for this sandbox alone. On record there is always a name. */
  volume: VolumeName.nullable().default(null),
  target: GuestPath.refine((path) => path.replace(/\/+$/, '') !== '', 'A mount cannot replace the root.'),
  readOnly: z.boolean().default(false),
  /** At the first start an empty volume gets what the image has at the target. Absent: it does. */
  copy: z.boolean().optional(),
  /** It was made for this sandbox, and goes with it where that is asked for. The agent says so, not the request. */
  own: z.boolean().optional(),
})
export type VolumeMount = z.infer<typeof VolumeMount>

const Port = z.int().min(1).max(65_535)

/** Absent: TCP. The two have ports of their own. */
export const PortProtocol = z.enum(['udp']).optional()
export type PortProtocol = z.infer<typeof PortProtocol>

/** A port of the guest, published on the host's loopback. `hostPort` 0 asks for a free one. */
export const PortPublish = z.strictObject({
  hostPort: z.int().min(0).max(65_535).default(0),
  guestPort: Port,
  protocol: PortProtocol,
})
export type PortPublish = z.infer<typeof PortPublish>

export const NetworkMode = z.enum(['none', 'nat'])
export type NetworkMode = z.infer<typeof NetworkMode>

/** Sandboxes on the network of one name reach each other by their names. One that nobody has made exists as long as one is on it. */
export const NetworkName = z.string().regex(networkName.pattern, networkName.problem)
export type NetworkName = z.infer<typeof NetworkName>
/** A further name that the others on a network find a sandbox by. */
export const NetworkAlias = z
  .string()
  .max(253)
  .regex(
    /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*$/,
    'A further name is one as hosts have: letters, digits, dashes, underscores and dots.',
  )

/** Capabilities by the kernel's names without `CAP_`: https://man7.org/linux/man-pages/man7/capabilities.7.html */
export const CapabilityName = z.string().regex(/^[A-Z][A-Z_]{2,30}$/, 'A capability is written like SYS_ADMIN.')

/**
 * What is refused by default and was given by name. Each one opens a path out of the sandbox that the graph shows.
 * `host-path` lifts the refusal of mounts of this path and what is below it; without such a mount it is mounted below
 * `/host` at the same path (`/host/etc`). Taking it back takes with it the mounts that needed it. The state and the
 * socket of Joey are never granted. For the text form see grant-text.ts.
 */
export const Grant = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('host-path'),
    path: z
      .string()
      .max(4096)
      .regex(/^\/[^\0]*$/, 'A path on this machine starts with a slash.'),
    access: z.enum(['ro', 'rw']).default('ro'),
  }),
  z.strictObject({ kind: z.literal('cap'), name: CapabilityName }),
  /** The network of this machine itself, in place of one of its own. */
  z.strictObject({ kind: z.literal('host-network') }),
  /** A device node of this machine. */
  z.strictObject({
    kind: z.literal('device'),
    path: z
      .string()
      .max(256)
      .regex(/^\/dev\/[A-Za-z0-9._/-]+$/),
  }),
  /** No filter of system calls. */
  z.strictObject({ kind: z.literal('no-seccomp') }),
  /** Programs gain rights by what their files say: set-user-id bits (`sudo`, `su`) and file capabilities (`ping`). */
  z.strictObject({ kind: z.literal('new-privileges') }),
])
export type Grant = z.infer<typeof Grant>

export const EnvName = z
  .string()
  .max(1024)
  .regex(/^[^=\0]+$/, 'The name of an environment variable has no "=".')
export const Environment = z.record(
  EnvName,
  z
    .string()
    .max(131_072)
    .regex(/^[^\0]*$/),
)
export const Argv = z
  .array(
    z
      .string()
      .max(131_072)
      .regex(/^[^\0]*$/),
  )
  .max(4096)

/** `name`, `uid`, `name:group` or `uid:gid`, as Docker has it. */
export const UserSpec = z
  .string()
  .max(256)
  .regex(/^[^:\s\0]+(:[^:\s\0]+)?$/, 'A user is NAME, UID, or either with :GROUP.')

const isAddress = (text: string): boolean => [z.ipv4(), z.ipv6()].some((kind) => kind.safeParse(text).success)

/** A further line of /etc/hosts, as Docker has it: `db:192.0.2.7`. An IPv6 address may stand in brackets. */
export const ExtraHost = z
  .string()
  .max(300)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*:/, 'A further host is NAME:ADDRESS, as in db:192.0.2.7.')
  .refine(
    (text) => isAddress(addressOfHost(text)),
    'The address of a further host is one of IPv4 or IPv6, as in db:192.0.2.7.',
  )

export const nameOfHost = (host: string): string => host.slice(0, host.indexOf(':'))
export const addressOfHost = (host: string): string =>
  host
    .slice(host.indexOf(':') + 1)
    .replace(/^\[/, '')
    .replace(/\]$/, '')

/** Sandboxes have no IPv6 to reach a name server by. */
export const NameServer = z.ipv4('A name server is an IPv4 address, as in 192.0.2.53.')
/** `.` alone: none. */
const SearchDomain = z
  .string()
  .max(255)
  .regex(/^(\.|[A-Za-z0-9_][A-Za-z0-9._-]*)$/, 'A search domain is a name, or a dot for none.')
/** See resolv.conf(5). */
const ResolverOption = z
  .string()
  .max(64)
  .regex(/^[a-z0-9-]+(:[0-9]+)?$/, 'An option of the resolver is one such as ndots:2.')
const GroupName = z
  .string()
  .max(64)
  .regex(/^[^:,\s\0]+$/, 'A group is a name or a number.')

const tmpfsForm = /^(\/[^:\0]*)(?::size=([1-9][0-9]{0,14}))?$/

/** A file system in memory: where it is, and how large it may grow, as in `/run:size=67108864`; without that half of the memory. */
export const TmpfsMount = z
  .string()
  .max(4200)
  .regex(tmpfsForm, 'A tmpfs is PATH or PATH:size=BYTES, with an absolute path.')
  .refine((text) => GuestPath.safeParse(pathOfTmpfs(text)).success, 'A path inside a sandbox must not contain "..".')
  .refine((text) => pathOfTmpfs(text).replace(/\/+$/, '') !== '', 'A mount cannot replace the root.')

export const pathOfTmpfs = (text: string): string => tmpfsForm.exec(text)?.[1] ?? ''
/** Null: as much as the kernel gives. */
export const sizeOfTmpfs = (text: string): number | null => {
  const size = tmpfsForm.exec(text)?.[2]
  return size === undefined ? null : Number(size)
}

/** Of the kernel, by its name with dots. Whether a sandbox may have it, the agent says. */
const SettingName = z
  .string()
  .max(200)
  .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/, 'A setting of the kernel is NAME=VALUE, as in net.core.somaxconn=1024.')

/** `Europe/Berlin`, or `local`: that of this machine. */
export const TimeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/, 'A time zone is one such as Europe/Berlin, or local.')

/** What becomes of a sandbox whose main process has ended without having been asked to, as Docker has it. */
export const RestartPolicy = z
  .string()
  .regex(
    /^(no|always|unless-stopped|on-failure(:[1-9][0-9]{0,5})?)$/,
    'It is started again by: no, always, unless-stopped, on-failure or on-failure:NUMBER.',
  )

/** What the sandbox shall be. Recorded whole, so that a restart repeats it. */
export const SandboxSpec = z.strictObject({
  image: z
    .string()
    .min(1, 'Say which image to run. "joey image ls" shows them.')
    .max(512, 'The name of an image has at most 512 characters.'),
  class: IsolationClass.default('container'),
  /** Replaces the image's command; its entrypoint stays. Null: the image's own. */
  command: Argv.min(1).nullable().default(null),
  /** Replaces the image's entrypoint and drops its command. */
  entrypoint: Argv.nullable().default(null),
  env: Environment.default({}),
  cwd: GuestPath.nullable().default(null),
  user: UserSpec.nullable().default(null),
  /** Of its programs, as the variable TZ; null: what the image says, else UTC. */
  timeZone: TimeZone.nullable().default(null),
  /** Process 1 is one that starts the main program, hands signals on to it and takes the ends of orphans. */
  withInit: z.boolean().default(false),
  /** The main process gets a terminal. */
  tty: z.boolean().default(false),
  /** The main process's standard input stays open for clients that attach. */
  stdin: z.boolean().default(false),
  hostname: Hostname.nullable().default(null),
  limits: Limits.default({ memoryBytes: null, cpus: null, pids: 4096, diskBytes: null }),
  mounts: z.array(Mount).max(64).default([]),
  volumes: z.array(VolumeMount).max(64).default([]),
  tmpfs: z.array(TmpfsMount).max(64).default([]),
  /** Of /dev/shm. */
  shmBytes: z
    .int()
    .min(64 * 1024)
    .max(2 ** 44)
    .default(usualShmBytes),
  /** Settings of the kernel that its own namespaces have. */
  sysctls: z
    .record(
      SettingName,
      z
        .string()
        .max(1024)
        .regex(/^[^\0\n]*$/),
    )
    .default({}),
  network: NetworkMode.default('nat'),
  /** Null: on no shared network, out of reach of every other sandbox. */
  networkName: NetworkName.nullable().default(null),
  /** Beside that one. */
  moreNetworks: z.array(NetworkName).max(16).default([]),
  /** On all its networks. */
  networkAliases: z.array(NetworkAlias).max(32).default([]),
  /** Each in the subnet of one of its networks. */
  fixedAddresses: z.array(z.ipv4()).max(16).default([]),
  ports: z.array(PortPublish).max(64).default([]),
  ...resourceOptions,
  /** Of the main process and of commands, in place of the usual ones; at most what the agent itself has. */
  ulimits: z.array(Ulimit).max(32).default([]),
  readOnlyRoot: z.boolean().default(false),
  grants: z.array(Grant).max(64).default([]),
  /** Of the capabilities that every sandbox has, those that this one gives up; `ALL` stands for all of them. */
  dropCapabilities: z.array(CapabilityName).max(64).default([]),
  /** The agent removes the sandbox when its main process has ended. */
  removeOnExit: z.boolean().default(false),
  restartPolicy: RestartPolicy.default('no'),
  /** Null: as the image says. */
  healthCheck: HealthCheck.nullable().default(null),
  /** How long a stop waits between the stop signal and KILL. */
  stopGraceMs: z.int().min(0).max(600_000).default(10_000),
  /** What a stop sends first. Null: the image's, or TERM. */
  stopWith: SignalName.nullable().default(null),
  /** Of the main process and of commands, beyond those that the sandbox's own files say. */
  extraGroups: z.array(GroupName).max(64).default([]),
  extraHosts: z.array(ExtraHost).max(256).default([]),
  /** In place of this machine's, as are the two that follow; none: this machine's. */
  dnsServers: z.array(NameServer).max(3).default([]),
  dnsSearch: z.array(SearchDomain).max(32).default([]),
  dnsOptions: z.array(ResolverOption).max(32).default([]),
  labels: z.record(z.string().min(1).max(256), z.string().max(4096)).default({}),
  /** On record alone: no engine is given them, because some act on theirs. */
  annotations: z.record(z.string().min(1).max(256), z.string().max(4096)).default({}),
})
export type SandboxSpec = z.infer<typeof SandboxSpec>

/** Of a field with a default the value itself: where nothing is said, nothing is changed. */
type Bare<S> = S extends z.ZodDefault<infer T> ? T : S
function bare<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
): { [K in keyof Shape]: z.ZodOptional<Bare<Shape[K]>> } {
  const fields = Object.entries(shape).map(([key, field]) => [
    key,
    z.optional(field instanceof z.ZodDefault ? field.unwrap() : field),
  ])
  return Object.fromEntries(fields) as { [K in keyof Shape]: z.ZodOptional<Bare<Shape[K]>> }
}

const { class: _class, grants: _grants, limits: _limits, ...single } = SandboxSpec.shape

/** Other values for what a sandbox shall be. Class and grants have operations of their own, because more hangs on them. */
export const SpecChange = z.strictObject({ ...bare(single), limits: z.strictObject(bare(Limits.shape)).optional() })
export type SpecChange = z.infer<typeof SpecChange>

/** Why the main process is no more. */
export const ExitReason = mayGrow(
  z.enum(['exited', 'signalled', 'oom', 'start-failed', 'monitor-lost', 'host-restarted']),
  'exited',
)
export const SandboxExit = z.strictObject({
  /** As a shell has it: 128 + n for signal n. Null where nobody could see it. */
  code: z.int().min(0).max(255).nullable(),
  reason: ExitReason,
  /** A sentence for people: "Ran out of memory (limit 64 MiB)." */
  message: z.string(),
  /** What makes the message in other languages; absent for ends that an earlier version recorded. */
  sentence: Wording.optional(),
  at: z.iso.datetime(),
})
export type SandboxExit = z.infer<typeof SandboxExit>

/** The latest check from inside, for the badge. */
export const SelfTestSummary = z.strictObject({
  at: z.iso.datetime(),
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  notApplicable: z.int().nonnegative(),
})
export type SelfTestSummary = z.infer<typeof SelfTestSummary>

export const Sandbox = z.strictObject({
  id: SandboxId,
  name: SandboxName,
  class: IsolationClass,
  state: SandboxState,
  /** The reference it was created from. */
  image: z.string(),
  imageDigest: z.string(),
  spec: SandboxSpec,
  /** Entrypoint and command as they run. */
  argv: Argv,
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  /** The end of the latest run; null while it runs, and before the first. */
  exit: SandboxExit.nullable(),
  /** The engine of the latest run, as probed: `crun`, `runc`. */
  engine: z.string().nullable(),
  /** The main process on the host; null unless running or paused. */
  pid: z.int().positive().nullable(),
  address: z.string().nullable(),
  /** Those that it has beside it in the subnets of its networks. */
  addresses: z.array(z.strictObject({ network: NetworkName, address: z.string() })).default([]),
  /** Host ports as really published. */
  ports: z.array(z.strictObject({ hostPort: Port, guestPort: Port, protocol: PortProtocol })),
  selfTest: SelfTestSummary.nullable().default(null),
  /** How often it was started again by its policy since somebody started it, or since it last ran for long. */
  restarts: z.int().nonnegative().default(0),
  /** When its policy starts it again; null: it waits for nothing. */
  restartsAt: z.iso.datetime().nullable().default(null),
  /** What its checks say; null where it has none, or does not run. */
  health: HealthStatus.nullable().default(null),
  /** What it shall be from its next start on, with entrypoint and command as they then run; null: what it is now. */
  pending: z.strictObject({ spec: SpecChange, argv: Argv }).nullable().default(null),
  /** Why the agent has paused it by itself; null: it has not. */
  pausedFor: z
    .strictObject({
      /** It took what was left of this machine's disk: so many bytes. */
      reason: z.enum(['disk-room']),
      bytes: z.int().nonnegative(),
      at: z.iso.datetime(),
    })
    .nullable()
    .default(null),
  /** The snapshot that its disk was last made from or kept in; null: the image. */
  parentId: z
    .string()
    .regex(/^[a-f0-9]{12}$/)
    .nullable()
    .default(null),
})
export type Sandbox = z.infer<typeof Sandbox>
