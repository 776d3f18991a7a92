import type { Readable, Writable } from 'node:stream'
import type { ReasonParams } from '#contract/app-error'
import type { ClassLimitation } from '#contract/classes'
import type { Grant, IsolationClass, Mount, RunLimits, SandboxId } from '#contract/sandbox'
import type { UlimitParts } from '#contract/ulimit'
import type { SandboxPaths } from '../state/sandbox-paths.ts'
import type { UserNamespace } from './user-ids.ts'

/** A process as the engine gets it: everything resolved, nothing left to look up in the guest. */
export interface ProcessPlan {
  readonly argv: readonly string[]
  /** `NAME=value` */
  readonly env: readonly string[]
  readonly cwd: string
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  /** In place of the usual ones. Absent: none. */
  readonly ulimits?: readonly UlimitParts[] | undefined
  readonly tty: boolean
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** What decides whether the memory of a sandbox can be saved. */
export interface SavePlan extends Pick<LaunchPlan, 'hostNetwork' | 'grants' | 'process'> {
  readonly mounts: readonly Mount[]
}

/** A mount of this machine, and where alone an engine finds it. */
export interface PlacedMount extends Mount {
  /** In the run folder. The source is bound here in the mount namespace of the monitor, and named to no engine. */
  readonly place: string
  /** The source, opened and checked; null where a run goes on and nothing is bound anew. */
  readonly held: HeldSource | null
  /**
   * Its files bear the ids that guests have, as those of a writable layer do, and nobody of this machine reaches them.
   * Absent: it is somebody's folder.
   */
  readonly isVolume?: true
}

export interface HeldSource {
  /** Path by which another program finds the agent's descriptor of it. */
  readonly path: string
  readonly isFolder: boolean
  readonly uid: number
  readonly gid: number
}

/** A file that holds something from `start` on; up to there it is a hole. */
export interface PartFile {
  readonly path: string
  readonly start: number
  readonly bytes: number
}

/** One file, or several that lie one behind the other on a disk, the lowest layer first. */
export type LowerDisk = string | readonly PartFile[]

/** What a driver needs to run a sandbox. The image is a mounted, read-only tree. */
export interface LaunchPlan {
  readonly id: SandboxId
  readonly hostname: string
  readonly paths: SandboxPaths
  /** Read-only trees, mounted on the host, the topmost first. */
  readonly lowers: readonly string[]
  /** The same trees as EROFS files on disks, for a guest that mounts them itself. */
  readonly lowerFiles: readonly LowerDisk[]
  readonly process: ProcessPlan
  /** Standard input of the main process stays open for later writers. */
  readonly stdin: boolean
  readonly limits: RunLimits
  /** The size of the writable layer for a guest that mounts it itself; null: the usual one. */
  readonly diskBytes: number | null
  readonly mounts: readonly PlacedMount[]
  /** File systems in memory. One below a mount is mounted after it: see `engines/tmpfs-order.ts`. */
  readonly tmpfs: readonly Tmpfs[]
  readonly shmBytes: number
  /** Settings of the kernel, of those that its own namespaces have. */
  readonly sysctls: Readonly<Record<string, string>>
  readonly readOnlyRoot: boolean
  /** Path of a network namespace that is ready to use; null: a new one with nothing but loopback. */
  readonly netns: string | null
  /** What a guest with a network stack of its own sets up in it; null exactly where `netns` is, and with `hostNetwork`. */
  readonly address: GuestAddress | null
  /** Granted: the host's own network in place of `netns`. */
  readonly hostNetwork: boolean
  readonly grants: readonly Grant[]
  /** Capabilities that it gives up, as `heldCapabilities` takes them. */
  readonly dropped: readonly string[]
  /** Content of /etc/resolv.conf, or null. */
  readonly nameservers: string | null
  /** Null: its ids are this machine's. */
  readonly users: UserNamespace | null
}

/** For everybody (1777), and without programs. */
export interface Tmpfs {
  readonly target: string
  /** Null: as much as the kernel gives. */
  readonly sizeBytes: number | null
}

/** The place of a sandbox on the bridge: no other address or hardware address passes the packet filter. */
export interface GuestAddress {
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
  readonly mac: string
  /** Beside the first. */
  readonly further: readonly { readonly address: string; readonly prefixLength: number }[]
}

/** A running main process, as recorded, so that a later agent can adopt it. */
export interface Running {
  readonly pid: number
  readonly monitorPid: number
}

/** How a run ended, as the monitor and the kernel report it. */
export interface Ending {
  /** As a shell has it; null where the monitor was lost. */
  readonly code: number | null
  /** Processes of the sandbox that the kernel killed for want of memory in this run. */
  readonly oomKills: number
  /** The engine itself ended because it got no more processes from the host. */
  readonly ranOutOfProcesses?: boolean
  /** The kernel did not take the program, which therefore never ran. */
  readonly refusal?: Refusal
  readonly at: Date
}

/** Why a program never ran, with the exit code that a shell has for it. */
export interface Refusal {
  readonly reason: 'command-not-found' | 'command-not-executable'
  readonly code: number
  /** Null where the engine does not name it. */
  readonly program: string | null
}

/** A command line that joins a running sandbox; the caller spawns it with pipes or in a terminal. */
export interface ProgramCommand {
  readonly kind: 'program'
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Holds the pid of the process inside, soon after the spawn: the guest's own number where there is a `reach`, else the host's. */
  readonly pidFile: string
  /** Null where the host sees the process inside. Otherwise the command's own terminal is the guest's, without a second one behind it. */
  readonly reach: GuestReach | null
  /** To whom of this machine its streams must belong, so that programs can open them by name; null: to nobody else. */
  readonly streamsOwner: { readonly uid: number; readonly gid: number } | null
  /**
   * How the terminal inside gets its size where this runs in one: `pty`, from the caller's terminal alone; `stty`, the engine
   * does not reliably pass that on, so the caller sets it inside as well.
   */
  readonly resizes: 'pty' | 'stty'
  /**
   * What the engine makes of output that it has not yet passed on when the command ends: nothing, or lines of its own log, as
   * crun does, out of which the caller has to take it again.
   */
  readonly tail: 'plain' | 'logged'
  /** Removes the files that it needed. Call it after the command has exited. */
  dispose(): Promise<void>
}

/** Acts on processes that the host does not see, by their numbers in the guest. */
export interface GuestReach {
  /** Gone already: not an error. */
  signal(pid: number, name: NodeJS.Signals): Promise<void>
  /** The process and all that it started, parents first; empty where it is gone. */
  tree(pid: number): Promise<readonly number[]>
}

/** A command in a guest whose processes the host does not see: the driver has it run, and passes bytes and signals. */
export interface GuestCommand {
  readonly kind: 'guest'
  /** Called once. With `tty` in the plan everything comes by `stdout`. */
  open(options: { readonly stdin: boolean }): Promise<GuestProcess>
  dispose(): Promise<void>
}

export type ExecCommand = ProgramCommand | GuestCommand

/** A process of a {@link GuestCommand}. Its streams hold back: who does not read stops the writer, and nobody else. */
export interface GuestProcess {
  readonly stdin: Writable | null
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when the program runs. Rejects with `command-not-found`, `command-not-executable` or `working-directory`. */
  readonly started: Promise<void>
  /** As a shell has it. Resolves after both streams have ended. Never rejects: 137 where the guest is gone. */
  readonly exited: Promise<number>
  /** To the process; gone already: not an error. */
  signal(name: NodeJS.Signals): Promise<void>
  /** Resolves when the guest's terminal has the size. */
  resize(columns: number, rows: number): Promise<void>
  /** Kills it and what it started. */
  kill(): Promise<void>
}

/**
 * What of a sandbox runs with the ids that `users` of its plan gives: the guest's own processes; where its users are those of
 * another kernel, the program that opens all of its files, or those that serve its mounts.
 */
export type IdMapping = 'guest' | 'files' | 'mounts' | null

/**
 * An engine for one isolation class. Obligations are checked by conformance.ts on every driver:
 * - All methods MUST be safe to repeat; none holds state that a restarted agent would miss.
 * - `create` makes the guest's process ready but does not run it; on failure nothing is left.
 */
export interface Driver {
  /** The engine: `crun`, `runsc`, `qemu`. */
  readonly name: string
  readonly class: IsolationClass
  /** Where the writable layer is: `paths.upper`, or in `paths.disk`. */
  readonly disk: 'directory' | 'image'
  /** The guest's processes are the host's: their signals, descriptors and status can be read in /proc. */
  readonly sharesProcesses: boolean
  /** The last signal that the engine can send. Left out: the kernel's last, 64. */
  readonly highestSignal?: number
  readonly mapsIds: IdMapping
  /** What it cannot do, or does otherwise. Data, so that window, command line and interface say the same beforehand. */
  readonly limitations: readonly ClassLimitation[]
  /** Makes everything ready up to, not including, the first instruction of the main process. */
  create(plan: LaunchPlan, signal: AbortSignal): Promise<Running>
  /** Resolves once the main process runs its program. MUST follow a successful `create`. */
  start(id: SandboxId, signal: AbortSignal): Promise<void>
  /** Sends a signal to the main process, or to every process. Gone already: not an error. */
  kill(id: SandboxId, signal: string, options?: { readonly all?: boolean }): Promise<void>
  pause(id: SandboxId): Promise<void>
  resume(id: SandboxId): Promise<void>
  /** Applies limits to a running sandbox. Rejects with `conflict` where the kernel refuses. */
  update(id: SandboxId, limits: RunLimits): Promise<void>
  exec(paths: SandboxPaths, id: SandboxId, process: ProcessPlan): Promise<ExecCommand>
  /** What the engine says of it now. */
  phase(id: SandboxId): Promise<'absent' | 'created' | 'running' | 'paused' | 'stopped'>
  /**
   * The processes of a run that nobody has followed for a while, as after the death of an agent: those on record if they still
   * are it, or those that have taken their place. Null where no monitor looks after it any more.
   */
  findProcesses(id: SandboxId, paths: SandboxPaths, recorded: Running | null): Promise<Running | null>
  /** The recorded end of the run, or null while it runs. MUST be called before `remove`. */
  ending(id: SandboxId, paths: SandboxPaths): Promise<Ending | null>
  /** Ends what still runs and removes all that the engine keeps, but not the writable layer and log. */
  remove(id: SandboxId, paths: SandboxPaths): Promise<void>
  /** Where the kernel accounts for it; null where it is not running. */
  cgroup(id: SandboxId): string
}

/** Of the classes that this host offers. */
export type Drivers = ReadonlyMap<IsolationClass, Driver>

/** A driver whose guest keeps copies of the files in `paths.folder/etc` and needs a message when they have changed. */
export interface FileRefreshing {
  /** Resolves when hosts and resolv.conf inside are as they are in `paths.folder/etc`. */
  refreshFiles(id: SandboxId, paths: SandboxPaths): Promise<void>
}

/** A driver whose main terminal has its size elsewhere than at the monitor's. */
export interface MainResizing {
  resizeMain(id: SandboxId, paths: SandboxPaths, columns: number, rows: number): Promise<void>
}

/** A driver whose guest has a kernel of its own. */
export interface Booting {
  /** What that kernel said, the latest 64 KiB, without control characters but line feeds. */
  bootLog(id: SandboxId, paths: SandboxPaths): Promise<{ readonly kernel: string | null; readonly text: string }>
}

/** A driver that can tell its own use of memory from the guest's. */
export interface OverheadMeasuring {
  /** Bytes within the sandbox's cgroup that are the engine's. Null where it is not known now. */
  engineMemory(id: SandboxId, paths: SandboxPaths): Promise<number | null>
}

/** A driver whose guest keeps back what it has written, until it is asked for it. */
export interface DiskFlushing {
  /** Resolves when everything that was written inside before the call is in `paths.upper` or `paths.disk`. */
  flushDisk(id: SandboxId, paths: SandboxPaths): Promise<void>
}

/** A driver whose guest's processes the host does not see, and who can ask for them. */
export interface SignalHandling {
  /** Whether the signal would have any effect on the main process. Rejects where that is gone. */
  handlesSignal(id: SandboxId, signal: string): Promise<boolean>
}

/** What a driver says of a state that it has saved. */
export interface SavedState {
  /** From the last instruction of the guest before the state was taken to its next one, in ms. */
  readonly pauseMs: number
  /** The sandbox, which runs on: by the same processes of the host, or by new ones. */
  readonly running: Running
}

/** Why memory cannot be saved, as a word in the sentence. */
export type SaveRefusal = ReasonParams<'live-not-possible'>['why']

/**
 * A driver that saves memory and processes of a running sandbox, and has sandboxes begin where one was saved.
 * `folder` is the caller's: empty before the save, read-only afterwards, and may be read by many restores at once.
 */
export interface LiveSaving {
  /** What must be the same where a state is restored: engine, version, platform, processor. */
  readonly stateKey: string
  /** A sentence that says why this one's memory cannot be saved; null where it can. */
  refusesSave(plan: SavePlan): SaveRefusal | null
  /**
   * The sandbox is paused from the moment that is saved until `atRest`, which copies the disk of that moment, has
   * settled, and goes on then, also where saving failed. Without `goOn` it is not started again, and the caller removes it.
   */
  saveState(
    plan: LaunchPlan,
    folder: string,
    options: { atRest(): Promise<void>; readonly goOn: boolean; readonly signal: AbortSignal },
  ): Promise<SavedState>
  /**
   * In place of `create` and `start`. The disk must be that of the saved moment. Hostname, address and hardware address
   * inside are the plan's before the first instruction of the guest or right after it; clock and random state are renewed.
   * On failure nothing is left.
   */
  restoreState(plan: LaunchPlan, folder: string, signal: AbortSignal): Promise<Running>
}

/** Optional abilities, found by looking: `const boots = ability(driver, 'bootLog')`. */
export type Abilities = FileRefreshing &
  MainResizing &
  Booting &
  OverheadMeasuring &
  DiskFlushing &
  LiveSaving &
  SignalHandling

/** The driver, where it has that ability; else null. */
export function ability<K extends keyof Abilities>(driver: Driver, name: K): (Driver & Pick<Abilities, K>) | null {
  return name in driver ? (driver as Driver & Pick<Abilities, K>) : null
}

/** The driver, where it saves memory and has sandboxes begin from it; else null. */
export function liveSaving(driver: Driver): (Driver & LiveSaving) | null {
  return 'saveState' in driver ? (driver as Driver & LiveSaving) : null
}
