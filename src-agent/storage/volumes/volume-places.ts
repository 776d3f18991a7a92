import { join } from 'node:path'

/** Of one volume, below the folder of all of them. */
export interface VolumePlaces {
  readonly folder: string
  /** What sandboxes see. */
  readonly data: string
  /** A copy in the making; never the only copy of anything. */
  readonly part: string
  /** A copy that is whole, and on its way into `data`. */
  readonly ready: string
  /** A whole content that is to take the place of `data`; while there is no `data`, it is to be put there. */
  readonly next: string
  /** What it has taken the place of. */
  readonly old: string
}

export function volumePlaces(volumes: string, id: string): VolumePlaces {
  const folder = join(volumes, id)
  const at = (name: string): string => join(folder, name)
  return {
    ...{ folder, data: at('data'), part: at('data.part'), ready: at('data.ready') },
    ...{ next: at('data.next'), old: at('data.old') },
  }
}
