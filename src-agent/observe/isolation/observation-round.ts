import type { SandboxIsolation } from '#contract/isolation'
import type { Disturbance } from '../contention/interference.ts'
import type { Observed } from './facts/observed.ts'
import type { Graph } from './graph/build.ts'

/** What one round has observed. */
export interface ObservationRound {
  readonly at: Date
  readonly all: readonly Observed[]
  readonly graph: Graph
  /** Grows when anything but pressure has changed. */
  readonly version: number
  readonly disturbance: Disturbance
}

/** Puts an observation into words. */
export type Describe = (observed: Observed) => SandboxIsolation
