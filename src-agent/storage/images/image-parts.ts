import { createHash } from 'node:crypto'
import type { ImagePart, LayerSummary } from '../../state/records/image-records.ts'

/** A part that an image is to have. */
export interface PlannedPart {
  readonly digest: string
  /** What it holds, the lowest first. */
  readonly layers: readonly LayerSummary[]
  /** When the newest file in it and below it was changed, in seconds since 1970. */
  readonly newest: number
}

/** As many as one mount, and one disk of a micro-VM, take without being noticed (ADR 29). */
export const mostParts = 12
/** Part of every digest: raise it where the same layers make another part than before. */
const recipe = 'joey image part 1'
/** A part has at least this share of all that is in it and below. So ten images repeat at most a fifth of what they have in common. */
const leastShare = 1 / 50
const leastBytes = 2 ** 20
/** What a file without content takes. */
const bytesOfEntry = 512

/**
 * Divides the layers of an image, the lowest first, into parts that are stored once for all images that have them. Where a part
 * ends is decided by what is in it and below alone: images whose lowest layers are the same have the same parts there.
 */
export function planParts(layers: readonly LayerSummary[]): PlannedPart[] {
  // What no overlay can be given has to be unpacked as a whole.
  if (!layers.every((layer) => layer.divisible)) return nameParts([layers])
  const groups: LayerSummary[][] = [[]]
  let [own, below] = [0, 0]
  for (const [index, layer] of layers.entries()) {
    groups.at(-1)?.push(layer)
    own += layer.contentBytes + bytesOfEntry * layer.entries
    const isLast = index === layers.length - 1
    if (isLast || groups.length === mostParts || own < Math.max(leastBytes, leastShare * (below + own))) continue
    groups.push([])
    below += own
    own = 0
  }
  return nameParts(groups)
}

/** Each by all that is in it and below, and by where the parts below end. */
function nameParts(groups: readonly (readonly LayerSummary[])[]): PlannedPart[] {
  let [digest, newest] = [recipe, 0]
  return groups.map((layers) => {
    const named = [digest, ...layers.map(({ diffId }) => diffId)].join('\n')
    digest = `sha256:${createHash('sha256').update(named).digest('hex')}`
    newest = layers.reduce((latest, layer) => Math.max(latest, layer.newest), newest)
    return { digest, layers, newest }
  })
}

/** Where on a disk with the parts below the next one begins. QEMU finds it there by whole MiB. */
export function startAfter(below: readonly Pick<ImagePart, 'start' | 'bytes'>[]): number {
  const last = below.at(-1)
  return last === undefined ? 0 : Math.ceil((last.start + last.bytes) / 2 ** 20) * 2 ** 20
}

/** How many of these layers, the lowest first, are in parts that are here and that an image of these layers would have, too. */
export function countLayersHere(
  images: readonly { readonly parts: readonly ImagePart[] }[],
  diffIds: readonly string[],
): number {
  return Math.max(0, ...images.map(({ parts }) => countIn(parts, diffIds)))
}

/** What nobody knows yet of the layers above these does not matter, but for where the part below them ends. */
const unknownLayer: LayerSummary = { diffId: 'unknown', contentBytes: 0, entries: 0, newest: 0, divisible: true }

function countIn(parts: readonly ImagePart[], diffIds: readonly string[]): number {
  const layers = parts.flatMap((part) => part.layers)
  const differs = layers.findIndex(({ diffId }, at) => diffIds[at] !== diffId)
  const common = differs < 0 ? layers : layers.slice(0, differs)
  const planned = planParts(common.length === diffIds.length ? common : [...common, unknownLayer])
  const isHere = new Set(parts.map(({ digest }) => digest))
  return planned.reduce((count, part) => count + (isHere.has(part.digest) ? part.layers.length : 0), 0)
}
