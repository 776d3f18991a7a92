import type { Image } from '#contract/image'
import type { AgentEvent } from '#contract/observe'
import { without } from './sandbox-slice.ts'

/** By digest. */
export type Images = ReadonlyMap<string, Image>

export function reduceImages(images: Images, event: AgentEvent): Images {
  switch (event.type) {
    case 'state':
      return new Map(event.images.map((image) => [image.digest, image]))
    case 'image.changed':
      return new Map(images).set(event.image.digest, event.image)
    case 'image.removed':
      return without(images, event.digest)
    default:
      return images
  }
}
