import type { Joey } from './joey.ts'

/** Something that people run, and whether it does what it is for. */
export interface Scenario {
  readonly name: string
  /** Fails where the software does. Sandboxes and volumes are removed by whoever calls. */
  run(joey: Joey, folder: string): Promise<void>
}
