import type { Grant, IsolationClass, RunLimits, SandboxId, SandboxState } from '#contract/sandbox'
import type { ReservedPort } from '../../../network/network.ts'

/** What the agent tells of a sandbox. Names things and finds the processes; what is true of them is read from the kernel. */
export interface Watched {
  readonly id: SandboxId
  readonly name: string
  readonly class: IsolationClass
  readonly state: SandboxState
  /** The main process on the host: of a container its first, of the other classes the sentry or the machine monitor. */
  readonly pid: number | null
  readonly monitorPid: number | null
  /** Where the kernel accounts for it: `/joey/…`. */
  readonly cgroup: string
  readonly lease: { readonly address: string; readonly interface: string } | null
  /** As recorded: where the engine mounts inside of a guest, the host cannot see more. */
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[]
  /** Those on which it reaches others. */
  readonly networks: readonly string[]
  readonly ports: readonly ReservedPort[]
  /** Only to notice at once that a client has changed them: what holds is read from the kernel. */
  readonly limits: RunLimits
  /** Only to say which of them to take back: what they opened is seen in the kernel. */
  readonly grants: readonly Grant[]
  /** Host folders that hold the sandbox itself: its writable layer, bundle and images. Mounts from there are its own. */
  readonly ownFolders: readonly string[]
  /** What volumes are called that other sandboxes use too, by their folders on this machine. */
  readonly volumes: ReadonlyMap<string, string>
}

export const namespaceKinds = ['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'user', 'time'] as const
export type NamespaceKind = (typeof namespaceKinds)[number]

/** One process on this machine, as the kernel describes it. */
export interface ObservedProcess {
  readonly pid: number
  /** The program file, escaped; null where it is not known. */
  readonly program: string | null
  /** Ids on the host, effective. */
  readonly uid: number
  readonly gid: number
  readonly capabilities: {
    readonly effective: bigint
    readonly bounding: bigint
    readonly permitted: bigint
  }
  readonly noNewPrivileges: boolean
  /** 0 none, 1 strict, 2 filter; and how many filters. */
  readonly seccomp: { readonly mode: number; readonly filters: number }
  /** Of the security module; null where there is none. */
  readonly label: string | null
  /** The user ids inside are other ones outside. */
  readonly mapsUsers: boolean
  readonly userMap: string
  /** Kind to inode number; a kind is absent where it cannot be read. */
  readonly namespaces: ReadonlyMap<NamespaceKind, string>
  /** Those that are the host's own. */
  readonly hostNamespaces: readonly NamespaceKind[]
}

/** A file tree of this machine that the sandbox has. */
export interface ObservedMount {
  /** On the host, as text that is safe to show. */
  readonly source: string
  readonly target: string
  readonly writable: boolean
  readonly kind: 'folder' | 'socket' | 'device'
  /** Read from the kernel, or only from the record. */
  readonly seen: boolean
  /** Who has it can change what this machine runs. */
  readonly controls: boolean
}

/** Null: no limit but the machine's own. */
export interface ObservedLimits {
  readonly memoryBytes: number | null
  readonly cpus: number | null
  readonly pids: number | null
  /** Where it was read. */
  readonly source: string
}

/** The name of what stands for all devices at once. */
export const everyDevice = 'every device'

export interface ObservedDevice {
  /** `/dev/kvm`, or `c 10:232` where only the number is known. */
  readonly name: string
  readonly access: string
}

export interface ObservedNetwork {
  /** `none`: nothing but loopback. `own`: a namespace of its own with a way out. `host`: this machine's own. */
  readonly mode: 'none' | 'own' | 'host'
  readonly interfaces: readonly string[]
  readonly address: string | null
  /** The networks it shares with others, from the packet filter; none where it reaches nobody. */
  readonly shared: readonly string[]
  /** The packet filter lets it open no connections to elsewhere. */
  readonly inside: boolean
  /** Ports of this machine that lead to it, from the packet filter. */
  readonly ports: readonly (ReservedPort & { readonly inKernel: boolean })[]
}

/** What is held open across the boundary. */
export interface ObservedDescriptors {
  /** Named sockets of the host held open by the engine. */
  readonly unixSockets: readonly string[]
  /** Files of the host in the hands of the sentry or the machine monitor. */
  readonly files: readonly string[]
  /** Sockets of the monitor, by which the agent and its clients come in. */
  readonly monitorSockets: readonly string[]
}

/** Everything observed of one sandbox at one time. Immutable; the same object as long as nothing has changed. */
export interface Observed {
  readonly watched: Watched
  readonly observedAt: Date
  /** Whose kernel answers the guest's system calls. */
  readonly kernel: 'host' | 'sentry' | 'guest'
  /** A container's first process, the sentry, or the machine monitor: what stands before the host's kernel. */
  readonly engineProcess: ObservedProcess
  readonly monitor: ObservedProcess | null
  /** What opens files of this machine for a guest that does not itself: the gofer, or one program for each mount. */
  readonly fileServers: readonly ObservedProcess[]
  /** Hardware virtualisation; null for other kernels. */
  readonly accelerated: boolean | null
  readonly mounts: readonly ObservedMount[]
  readonly limits: ObservedLimits
  /** Beyond what every container has; null where this kernel does not report them. */
  readonly devices: readonly ObservedDevice[] | null
  readonly network: ObservedNetwork
  readonly descriptors: ObservedDescriptors
}

/** What is true of this machine as a whole. */
export interface ObservedHost {
  readonly kernelRelease: string
  readonly lsm: string | null
  readonly cpus: number
  readonly memoryBytes: number
}
