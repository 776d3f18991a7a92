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
}

export function volumePlaces(volumes: string, id: string): VolumePlaces {
  const folder = join(volumes, id)
  return { folder, data: join(folder, 'data'), part: join(folder, 'data.part'), ready: join(folder, 'data.ready') }
}
