import type { ClassLimitation } from '#contract/classes'
import type { IsolationClass, RunLimits, SandboxId } from '#contract/sandbox'
import type { Run } from '../../base/process/run.ts'
import type { Bind } from '../bind-mounts.ts'
import type { Driver, GuestReach, IdMapping, LaunchPlan } from '../driver.ts'
import type { Granted } from './grants.ts'
import type { HostTraits } from './runtime-config.ts'

export type Phase = Awaited<ReturnType<Driver['phase']>>

/** Runs the runtime's command line on the sandboxes of this agent. */
export type Engine = (args: readonly string[], okExitCodes?: readonly number[]) => ReturnType<Run>

/** What the driver needs of a particular runtime; see {@link OciFlavour}. */
export interface FlavourDeps {
  readonly engine: Engine
  readonly host: HostTraits
  readonly runtimeRoot: string
}

export interface Launch {
  readonly options: readonly string[]
  /** Hides from the runtime, and from nobody else, the settings of the network that it stumbles over. */
  readonly hidesNetSettings: boolean
}

/** Where the runtimes that speak OCI's command line differ. Everything else is in oci-driver.ts. */
export interface OciFlavour {
  readonly class: IsolationClass
  readonly sharesProcesses: boolean
  /** See the driver's. */
  readonly mapsIds: IdMapping
  /** See the driver's. */
  readonly highestSignal?: number
  readonly limitations: readonly ClassLimitation[]
  /** What the runtime itself calls the sandbox. */
  engineName(id: SandboxId): string
  /** Options of the runtime itself, before every command. */
  readonly options: readonly string[]
  /** More of them, for the commands that make and start this sandbox. */
  launch(plan: Pick<LaunchPlan, 'hostNetwork' | 'netns'>): Launch
  /** Rejects what this runtime cannot give. */
  config(plan: LaunchPlan, host: HostTraits, rootfs: string, granted: Granted): Record<string, unknown>
  /** Made before the runtime starts, which would leave them writable and trust itself not to write. */
  readOnlyBinds(plan: LaunchPlan, host: HostTraits): readonly Bind[]
  /** Takes from a sandbox that is made and not yet started what its engine needed only to make it. */
  settle(cgroup: string): Promise<void>
  /** Options of `exec` that have it write the number of the process inside. */
  pidFile(path: string): readonly string[]
  /** Null where the host sees the processes inside. */
  reach(id: SandboxId): GuestReach | null
  /** Applies limits; rejects as the kernel or the runtime does. */
  update(id: SandboxId, cgroup: string, limits: RunLimits): Promise<void>
  /** Options of `kill` that have a signal reach every process of a sandbox, where KILL to the main process does not end them all. */
  readonly killAllOptions: readonly string[]
  /** Sends a signal in a state in which the runtime itself does not. False: there is nothing to be done. */
  killAnyway(id: SandboxId, signal: string, phase: 'created' | 'paused' | 'running'): Promise<boolean>
  /** The phase without the runtime, which takes a process to say it; null, and left out, where only the runtime can tell. */
  phaseWithoutRuntime?(id: SandboxId, cgroup: string): Promise<Phase | null>
  /** Starts what is made; false, and left out, where the runtime itself is needed for it. */
  startWithoutRuntime?(id: SandboxId): boolean
  /** The phase, where the runtime itself is mistaken about it. */
  correctPhase(id: SandboxId, reported: Phase): Promise<Phase>
  /** Removes what the runtime keeps of one without processes; false, and left out, where the runtime itself is needed for it. */
  removeWithoutRuntime?(id: SandboxId, cgroup: string): Promise<boolean>
  /** Ends what is left of a sandbox, faster than the runtime's own `delete` does. */
  clear(id: SandboxId, cgroup: string): Promise<void>
  /** The exit code of a runtime that ends itself where it gets no more processes; null where the guest copes with that. */
  readonly codeWithoutProcesses: number | null
  /** Removes what `delete` leaves. */
  forget(id: SandboxId, cgroup: string): Promise<void>
}
