import type { GuestProcess, ProcessPlan } from '../../driver.ts'

/** What the guest said of itself when the channel was opened. */
export interface GuestHello {
  readonly protocol: number
  readonly kernelRelease: string
  readonly pageSize: number
  /** `waiting`: fresh, wants `configure`. `configured`: wants `startMain`. `running`: the main process runs or ran. */
  readonly phase: 'waiting' | 'configured' | 'running'
  /** What this guest kernel has: `cgroup`, `pids`, `memory`, `pressure`, `probe`, ... */
  readonly features: readonly string[]
}

/** A block device of the guest by its kernel name: vda is the first of the machine's command line. */
export interface GuestDisk {
  readonly device: string
  readonly type: 'erofs' | 'ext4'
  /** Bytes of it that are the file system, where it is not all of the device. */
  readonly part?: { readonly start: number; readonly length: number }
}

/** A folder of the host, by virtiofs. */
export interface GuestShare {
  readonly tag: string
  readonly target: string
  readonly readOnly: boolean
  /** The name of the only file of the folder that is to be seen at the target; null: the folder itself. */
  readonly file: string | null
}

/** A file system in memory at a path of the sandbox. */
export interface GuestTmpfs {
  readonly target: string
  readonly sizeBytes: number | null
}

export interface GuestNetwork {
  /** IPv4, for example 10.88.0.5 */
  readonly address: string
  readonly prefix: number
  readonly gateway: string | null
  /** Set on the interface where it is given: a clone has its template's otherwise. */
  readonly mac: string | null
  readonly mtu?: number | undefined
  /** Of either family, with the lengths of their prefixes. */
  readonly further: readonly string[]
  readonly gateway6: string | null
}

/** Everything the guest needs to build the sandbox's root, network and clock. Sent once per machine. */
export interface GuestConfig {
  readonly hostname: string
  /** Read-only layers, the topmost first. */
  readonly lowers: readonly GuestDisk[]
  /** ext4 with the folders `upper` and `work` in its root; null: what is written lives in the guest's memory. */
  readonly upper: string | null
  readonly readOnlyRoot: boolean
  /** Made where it is missing, before the root is read-only: where the main process begins. */
  readonly cwd: string
  readonly network: GuestNetwork | null
  /** Content of /etc/hosts and /etc/resolv.conf; null: the image's own file stays. */
  readonly hosts: string | null
  readonly resolvConf: string | null
  readonly shares: readonly GuestShare[]
  readonly tmpfs: readonly GuestTmpfs[]
  /** Those that lie in a share. */
  readonly innerTmpfs: readonly GuestTmpfs[]
  readonly shmBytes: number
  /** Processes of the sandbox; null: as many as the guest can have. */
  readonly pids: number | null
  /** What the sandbox's processes may use, page cache included; null: all that the machine has. */
  readonly memoryBytes: number | null
  /** Names of capabilities (`CAP_CHOWN`) that root in the sandbox may hold at all. */
  readonly capabilities: readonly string[]
  /** Whether /proc/sys and the like stay read-only and the kernel's inner files masked, as in a container. */
  readonly maskPaths: boolean
  /** What Docker's default seccomp profile refuses is refused; true otherwise. The grant `no-seccomp` turns it off. */
  readonly systemCallFilter?: boolean | undefined
  /** Whether programs may gain rights by what their files say; false otherwise. */
  readonly newPrivileges?: boolean | undefined
  /** Settings of the kernel by their names; none otherwise. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

/** Who a sandbox is from now on that was somebody else when its machine was saved. */
export type GuestIdentity = Pick<GuestConfig, 'hostname' | 'network' | 'hosts' | 'resolvConf'>

/** What the guest counts. Bytes, nanoseconds and numbers since the machine started. A hostile guest may lie in each. */
export interface GuestStats {
  readonly uptimeMs: number
  /** Time of all the sandbox's processes. */
  readonly cpuNs: number
  /** Time of the whole guest, kernel included, as far as it was not idle. */
  readonly guestCpuNs: number
  readonly memoryTotalBytes: number
  readonly memoryFreeBytes: number
  readonly memoryAvailableBytes: number
  readonly memoryCachedBytes: number
  /** What the sandbox's processes are charged with; null where the kernel does not account. */
  readonly workloadMemoryBytes: number | null
  readonly processes: number
  readonly oomKills: number
  /** Average number of runnable processes in the last minute. */
  readonly load: number
  /** Share of time in the last ten seconds, 0 to 100, in which something waited; null where not measured. */
  readonly cpuPressure: number | null
  readonly memoryPressure: number | null
  readonly ioPressure: number | null
  readonly networkReceivedBytes: number
  readonly networkSentBytes: number
  /** Of the writable layer. */
  readonly diskUsedBytes: number
  readonly diskTotalBytes: number
}

/** The end of the main process. The same is the last line of the `joey.status` port. */
export interface GuestExit {
  /** As a shell has it: 128 + signal. */
  readonly code: number
  readonly oomKills: number
}

/**
 * The host's end of one guest's control port. One client at a time; it may be closed and connected again at any time,
 * which ends the exec'd processes but never the main one. Every method rejects when the channel closes before an
 * answer (`engine`/`guest-gone`) or the guest does not answer in time (`timeout`/`guest-silent`).
 */
export interface GuestChannel {
  readonly hello: GuestHello
  /** Once per machine, before all else. A failure is final: end the machine. Time and random seed are renewed too. */
  configure(config: GuestConfig): Promise<void>
  /** Rejects with `command-not-found` or `command-not-executable` where the program cannot be run. Nothing is started. */
  check(process: ProcessPlan): Promise<void>
  /** Resolves once the program runs. Its streams are the ports joey.stdin, joey.main and joey.stderr. */
  startMain(process: ProcessPlan, options: { readonly stdin: boolean }): Promise<void>
  /** Resolves once the session is open; the process's `started` shows whether the program runs. */
  exec(process: ProcessPlan, options: { readonly stdin: boolean }): Promise<GuestProcess>
  signal(target: 'main' | 'all', number: number): Promise<void>
  resizeMain(columns: number, rows: number): Promise<void>
  /** Rewrites /etc/hosts and /etc/resolv.conf in place. */
  setFiles(files: { readonly hosts?: string | undefined; readonly resolvConf?: string | undefined }): Promise<void>
  /** Sets the guest's clock to the host's and renews its random state: after a pause or a restore. */
  renew(): Promise<void>
  stats(): Promise<GuestStats>
  /** Resolves when everything that was written in the sandbox before the call is on its disk. */
  flush(): Promise<void>
  /** Resolves when none of the sandbox's processes runs any more. A closed channel changes nothing: see `goOn`. */
  hold(): Promise<void>
  /**
   * Ends a `hold`, whoever asked for it; without one it is no error. Clock and random state are renewed, and the sandbox
   * is made another one, before the first of its processes runs. When it rejects, they are still held.
   */
  goOn(identity: GuestIdentity | null): Promise<void>
  /** Whether a signal would have any effect on the main process. Rejects with `process-gone` after its end. */
  handlesSignal(number: number): Promise<boolean>
  /** Changes the limits within the machine. Rejects with `conflict` where more memory is in use than that. */
  setLimits(limits: { readonly memoryBytes: number | null; readonly pids: number | null }): Promise<void>
  /** Ends every process, writes the disks out and powers the machine off. Resolves when the guest has begun to. */
  shutdown(): Promise<void>
  /** Resolves with the main process's end, if the channel is open by then; never rejects. */
  readonly mainExited: Promise<GuestExit>
  /** Resolves when the channel is closed, by whichever side; never rejects. */
  readonly closed: Promise<void>
  close(): void
}
