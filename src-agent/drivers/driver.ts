import type { IsolationClass, Limits, Mount, SandboxId } from '#contract/sandbox'

/** A process as the engine gets it: everything resolved, nothing left to look up in the guest. */
export interface ProcessPlan {
  readonly argv: readonly string[]
  /** `NAME=value` */
  readonly env: readonly string[]
  readonly cwd: string
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  readonly tty: boolean
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Files of one sandbox, all below the state and run folders; documented in docs/state-folder.md. */
export interface SandboxPaths {
  /** Survives a restart of the machine: writable layer, logs. */
  readonly folder: string
  readonly upper: string
  readonly work: string
  readonly log: string
  /** Lives as long as the machine runs: bundle, pid files, attach socket. Short, for socket paths. */
  readonly run: string
}

/** What a driver needs to run a sandbox. The image is a mounted, read-only tree. */
export interface LaunchPlan {
  readonly id: SandboxId
  readonly hostname: string
  readonly paths: SandboxPaths
  /** Read-only trees, the topmost first. */
  readonly lowers: readonly string[]
  readonly process: ProcessPlan
  /** Standard input of the main process stays open for later writers. */
  readonly stdin: boolean
  readonly limits: Limits
  readonly mounts: readonly Mount[]
  readonly readOnlyRoot: boolean
  /** Path of a network namespace that is ready to use; null: a new one with nothing but loopback. */
  readonly netns: string | null
  /** Content of /etc/resolv.conf, or null. */
  readonly nameservers: string | null
}

/** A running main process, as recorded, so that a later agent can adopt it. */
export interface Running {
  readonly pid: number
  readonly monitorPid: number
}

/** How a run ended, as the monitor and the kernel tell it. */
export interface Ending {
  /** As a shell has it; null where the monitor was lost. */
  readonly code: number | null
  /** Processes of the sandbox that the kernel killed for want of memory in this run. */
  readonly oomKills: number
  readonly at: Date
}

/** A command line that joins a running sandbox; the caller spawns it with pipes or in a terminal. */
export interface ExecCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Holds the host's pid of the process inside, soon after the spawn. */
  readonly pidFile: string
  /** Removes the files that it needed. Call it after the command has exited. */
  dispose(): Promise<void>
}

/**
 * An engine for one isolation class. Obligations are checked by conformance.ts on every driver:
 * - All methods MUST be safe to repeat; none holds state that a restarted agent would miss.
 * - `create` makes the guest's process ready but does not run it; on failure nothing is left.
 */
export interface Driver {
  readonly name: string
  readonly class: IsolationClass
  /** Makes everything ready up to, not including, the first instruction of the main process. */
  create(plan: LaunchPlan, signal: AbortSignal): Promise<Running>
  /** Resolves once the main process runs its program. MUST follow a successful `create`. */
  start(id: SandboxId, signal: AbortSignal): Promise<void>
  /** Sends a signal to the main process, or to every process. Gone already: not an error. */
  kill(id: SandboxId, signal: string, options?: { readonly all?: boolean }): Promise<void>
  pause(id: SandboxId): Promise<void>
  resume(id: SandboxId): Promise<void>
  /** Applies limits to a running sandbox. Rejects with `conflict` where the kernel refuses. */
  update(id: SandboxId, limits: Limits): Promise<void>
  exec(paths: SandboxPaths, id: SandboxId, process: ProcessPlan): Promise<ExecCommand>
  /** What the engine says of it now. */
  phase(id: SandboxId): Promise<'absent' | 'created' | 'running' | 'paused' | 'stopped'>
  /** The recorded end of the run, or null while it runs. MUST be called before `remove`. */
  ending(id: SandboxId, paths: SandboxPaths): Promise<Ending | null>
  /** Ends what still runs and removes all that the engine keeps, but not the writable layer and log. */
  remove(id: SandboxId, paths: SandboxPaths): Promise<void>
  /** Where the kernel accounts for it; null where it is not running. */
  cgroup(id: SandboxId): string
}
