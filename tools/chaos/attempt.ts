import type { Effect } from './possible.ts'
import type { World } from './world.ts'

/** One thing that is tried. */
export interface Attempt {
  /** As people read it: `stop s3`. */
  readonly what: string
  /** Names of what it works with: nothing else works with them at the same time. */
  readonly uses: readonly string[]
  /** Whether it can still be done, where it is known what became of the first try. */
  fits?(): boolean
  /** As things are when it is tried. */
  effects(): readonly Effect[]
  /** Tries it, or what is left to do of it. */
  run(): Promise<unknown>
}

/** An operation: what it would try in this world; null where there is nothing to try it with. */
export interface Operation {
  readonly name: string
  /** How often it is chosen beside the others. */
  readonly weight: number
  plan(world: World): Attempt | null
}
