import type { IsolationClass } from '#contract/sandbox'
import { defaultCapabilities } from '../../engines/oci/grants.ts'
import type { Holdings } from './holdings.ts'

/** A thing that may be held, and why. What no entry matches is unexpected. */
export type Allowed = readonly [pattern: RegExp, reason: string]

/** What one kind of process of a sandbox may hold. */
export interface Expectation {
  readonly role: string
  readonly classes: readonly IsolationClass[]
  /** Whether a process is of this kind; the first that says so counts. */
  readonly is: (held: Holdings) => boolean
  readonly descriptors: readonly Allowed[]
  readonly sharedNamespaces: Readonly<Record<string, string>>
  /** Capabilities that it may have in force. Null: all that the agent has, for the reason given. */
  readonly capabilities: readonly string[] | null
  /** Those that it, or a program that it starts, could ever get. Null: as above. */
  readonly bounding: readonly string[] | null
  readonly mustNotBeRoot?: true
  readonly mustBeFiltered: boolean
  readonly mustNotGain: boolean
  /** Null: it sees the tree of this machine, as the agent does. */
  readonly mounts: readonly Allowed[] | null
  readonly mostThreads: number
  readonly environment: readonly Allowed[]
}

export const standardStreams: readonly Allowed[] = [
  [/^\/dev\/null$/, 'standard streams that lead nowhere'],
  [/^pipe:\[N\]$/, 'output to the monitor; the runtimes of Go and QEMU wake their threads by pipes'],
]
export const waiting: Allowed = [/^anon_inode:\[?(eventfd|eventpoll|signalfd|timerfd)\]?$/, 'waiting for events']

/** conmon keeps the log and the exit code; it is no part of the isolation, and nothing of the guest can be written to it but output. */
export const monitor: Expectation = {
  role: 'monitor',
  classes: ['container', 'gvisor'],
  is: ({ commandLine }) => /\bconmon .*--cid ID\b/.test(commandLine),
  descriptors: [
    ...standardStreams,
    waiting,
    [/^HOME\/sandboxes\/ID\/log$/, 'the log that it writes'],
    [/^RUN\/s\/ID\/(ctl|winsz)$/, 'through which the agent passes it sizes and rotation'],
    [/^socket:\[N\]$/, 'where clients attach'],
    [/^\/sys\/fs\/cgroup\/.*ID\/memory\.(oom_control|events)$/, 'by which the kernel notifies it of lack of memory'],
    [/^anon_inode:inotify$/, 'by which it hears of lack of memory on hosts with one tree of cgroups'],
    [/^\/dev\/pts\/ptmx$|^\/dev\/ptmx$/, 'the terminal of the main process'],
  ],
  sharedNamespaces: {
    cgroup: 'it joins nothing of the sandbox',
    ipc: 'it joins nothing of the sandbox',
    net: 'it serves a socket of the agent',
    pid: 'it waits for the main process',
    user: 'it runs as the agent does',
    uts: 'it joins nothing of the sandbox',
  },
  capabilities: null,
  bounding: null,
  mustBeFiltered: false,
  mustNotGain: false,
  mounts: null,
  mostThreads: 2,
  environment: [
    [/^(PATH|LC_ALL|PWD|XDG_RUNTIME_DIR)$/, 'the least that a program needs'],
    [/^_OCI_(SYNCPIPE|STARTPIPE)$/, 'conmon notifies the agent by it when it is ready'],
  ],
}

/** Mounts that the test asks for, with the access that it asks for. */
const requested: readonly Allowed[] = [
  [/^(\/root)?\/mnt\/writable \S+ rw \S*SHARE\/writable$/, 'requested'],
  [/^(\/root)?\/mnt\/read-only \S+ ro \S*SHARE\/read-only$/, 'requested, read-only'],
]

const kernelMounts: readonly Allowed[] = [
  [/^\/ overlay rw \/$/, 'its own tree'],
  [
    /^\/proc(\/acpi|\/scsi|\/asound|\/interrupts|\/keys|\/kcore|\/latency_stats|\/timer_list|\/timer_stats|\/sched_debug)? (proc|tmpfs|devtmpfs) (rw|ro) (\/|(\/dev)?\/null)$/,
    'its own processes; what describes this machine is masked',
  ],
  [/^\/proc\/(bus|fs|irq|sys|sysrq-trigger) proc ro \/\w/, 'settings of the kernel, read-only'],
  [/^\/dev tmpfs rw \/$|^\/dev\/(pts devpts|shm tmpfs|mqueue mqueue) rw \/$/, 'its own devices'],
  [/^\/dev\/(null|zero|full|tty|u?random) tmpfs rw \/dev\/\w+$/, 'copies of the devices that everybody has'],
  [/^\/dev\/console devpts rw \/\d+$/, 'its main terminal'],
  [/^\/sys sysfs ro \/$|^\/sys\/(firmware|devices\/virtual\/powercap) tmpfs ro \/$/, 'read-only, firmware masked'],
  [/^\/sys\/fs\/cgroup (tmpfs (rw|ro) \/|cgroup2 ro \/\S*)$/, 'its own cgroups, read-only'],
  [/^\/sys\/fs\/cgroup\/\S+ cgroup2? ro \/\S*$/, 'its own cgroups, read-only'],
  [
    /^\/etc\/(hosts|hostname|resolv\.conf) \S+ rw \S*HOME\/sandboxes\/ID\/etc\/(hosts|hostname|resolv\.conf)$/,
    'its own names',
  ],
  [
    /^\/etc\/(hosts|hostname|resolv\.conf) \S+ rw \S*\/sandboxes\/ID\/etc\/(hosts|hostname|resolv\.conf)$/,
    'the same where the state folder is a mount of its own',
  ],
  [/^\/dev\/\.joey tmpfs rw \/$/, 'holds the program of the self-test where it cannot be renamed away'],
  [/^\/dev\/\.joey\/probe \S+ ro \S*\/joey-inside$/, 'the program of the self-test, read-only'],
  ...requested,
]

/** What runs inside a container. */
export const guest: Expectation = {
  role: 'guest of a container',
  classes: ['container'],
  is: ({ commandLine }) => /^(sh -c )?sleep /.test(commandLine),
  descriptors: standardStreams,
  sharedNamespaces: {},
  capabilities: defaultCapabilities,
  bounding: defaultCapabilities,
  mustBeFiltered: true,
  mustNotGain: true,
  mounts: kernelMounts,
  mostThreads: 1,
  environment: [
    [/^(PATH|HOSTNAME|HOME)$/, "the least that Docker's images expect"],
    [/^(SHLVL|PWD)$/, 'set by the shell that started it'],
  ],
}

const sentryDescriptors: readonly Allowed[] = [
  ...standardStreams,
  waiting,
  [/^socket:\[N\]$/, 'to the gofer, to the runtime, and the packet socket on its own network'],
  [/^\/memfd:(runsc-memory|memory-usage|flipcall_packet_windows)\b/, 'the memory of the guest, and windows for files'],
  [/^\/root\/(bin|lib|usr)\/\S+$/, 'programs of the guest that it runs, through the gofer'],
]

const sentryMounts: readonly Allowed[] = [
  [/^\/ tmpfs ro \/$/, 'an empty root'],
  [/^\/proc proc r[ow] \/$/, 'newer versions look at their own threads'],
]

/** gVisor's kernel, and the processes in which it runs the guest's programs by ptrace. */
export const sentry: Expectation = {
  role: 'sentry',
  classes: ['gvisor'],
  is: ({ commandLine, uid }) => commandLine.startsWith('runsc-sandbox ') || (commandLine === '' && uid !== 0),
  descriptors: sentryDescriptors,
  sharedNamespaces: {
    cgroup: 'nothing of it is shown to the guest',
    pid: 'gVisor shares it with the runtime, which signals it',
  },
  capabilities: ['CAP_SYS_PTRACE', 'CAP_SYS_CHROOT', 'CAP_SYS_ADMIN'],
  // In a user namespace of its own, where they reach nothing of this machine.
  bounding: null,
  mustNotBeRoot: true,
  mustBeFiltered: true,
  mustNotGain: true,
  mounts: sentryMounts,
  // The runtime of Go starts as many as it likes, bounded by the limit of processes.
  mostThreads: 200,
  environment: [[/^(GODEBUG|GOMAXPROCS|TMPDIR)$/, "settings of Go's runtime"]],
}

const goferCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'SYS_CHROOT'].map(
  (name) => `CAP_${name}`,
)

/** Opens files of the sandbox's tree for the sentry. */
export const gofer: Expectation = {
  role: 'gofer',
  classes: ['gvisor'],
  is: ({ commandLine }) => commandLine.startsWith('runsc-gofer '),
  descriptors: [
    ...standardStreams,
    waiting,
    [/^socket:\[N\]$/, 'to the sentry'],
    [/^\/memfd:flipcall_packet_windows\b/, 'windows for files'],
    [/^RUN\/s\/ID\/config\.json$/, 'the configuration that it read at its start'],
    [/^\/root(\/|$)/, 'files of the sandbox, below its own root'],
    [/^\/proc\/1\/fd$|^\/proc\/self\/fd$|^\/proc$/, 'its own descriptors, which it opens anew'],
  ],
  sharedNamespaces: { cgroup: 'nothing of it is shown to the guest' },
  capabilities: goferCapabilities,
  bounding: goferCapabilities,
  mustNotBeRoot: true,
  mustBeFiltered: true,
  mustNotGain: true,
  mounts: [
    [/^\/ (overlay|tmpfs) r[ow] \/$/, "the sandbox's tree"],
    [/^\/root overlay rw \/$/, "the sandbox's tree"],
    [
      /^(\/root)?\/tmp overlay rw \/tmp$/,
      "a part of the sandbox's tree, named so that gVisor puts none of its own over it",
    ],
    [/^\/proc proc r[ow] \/$/, 'its own descriptors'],
    [/^(\/root)?\/etc\/(hosts|hostname|resolv\.conf) \S+ rw \S*\/sandboxes\/ID\/etc\/\w/, "the sandbox's own names"],
    [/^(\/root)?\/dev\/\.joey\/probe \S+ ro \S*\/joey-inside$/, 'the program of the self-test, read-only'],
    [/^(\/root)?\/dev\/\.joey\/stat-flags\.so \S+ ro \S*\/joey-stat-flags\.so$/, 'what programs inside load'],
    [/^(\/root)?\/etc\/ld\.so\.preload \S+ ro \S*\/gvisor\/ld\.so\.preload$/, 'the name of what programs inside load'],
    ...requested,
  ],
  mostThreads: 200,
  environment: [[/^(GODEBUG|GOMAXPROCS|TMPDIR)$/, "settings of Go's runtime"]],
}
