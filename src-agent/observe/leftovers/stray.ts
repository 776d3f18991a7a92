import type { Leftover } from '#contract/leftovers'

/** A leftover, and how it is removed. */
export interface Stray extends Leftover {
  readonly remove: () => Promise<void>
}

/** The id of a sandbox or volume, as folders, cgroups and mounts bear it in their names. */
export const idPattern = /^[a-f0-9]{12}$/

/** The record that explains something: whether there is one of this id, also one that cannot be read. */
export type IsKnown = (id: string) => boolean
