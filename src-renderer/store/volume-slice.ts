import type { AgentEvent } from '#contract/observe'
import type { Volume } from '#contract/volume'
import { without } from './sandbox-slice.ts'

/** By name. */
export type Volumes = ReadonlyMap<string, Volume>

export function reduceVolumes(volumes: Volumes, event: AgentEvent): Volumes {
  switch (event.type) {
    case 'state':
      return new Map(event.volumes.map((volume) => [volume.name, volume]))
    case 'volume.changed':
      return new Map(volumes).set(event.volume.name, event.volume)
    case 'volume.removed':
      return without(volumes, event.name)
    default:
      return volumes
  }
}
