import { createHash } from 'node:crypto'
import type { Confine } from '../../base/process/confine.ts'
import type { Bytes } from '../tar/byte-reader.ts'
import { readTar, type TarEntry } from '../tar/read-tar.ts'
import { type Compression, compressionOf, decompress, looksLikeTar, peek } from './compression.ts'
import { createLayerRules } from './layer-rules.ts'
import { tooLargeForDisk } from './refusals.ts'

/** What is known of a layer once it has been read to its end. */
export interface LayerFacts {
  readonly compression: Compression
  /** Digest of the uncompressed tar file, as `rootfs.diff_ids` has it. */
  readonly diffId: string
  readonly contentBytes: number
  readonly entries: number
  /** When the newest file was changed, in seconds since 1970. */
  readonly newest: number
  /** Of the owners and groups of its files. */
  readonly highestId: number
  /** Something in it with a name that not every mkfs.erofs takes. */
  readonly longName: string | null
  /** Whether all of it can be unpacked over other layers, as an overlay. */
  readonly divisible: boolean
}

export interface BlobFacts {
  readonly digest: string
  readonly size: number
  /** Present where the blob is a tar file, compressed or not. */
  readonly layer?: LayerFacts
}

export interface ScanLimits {
  /** Bytes that an unpacked layer may have at most. */
  readonly freeBytes: number
  readonly confine: Confine
}

/** Reads a blob once, to its end: its digest and, where it is a layer, what is in it. Throws where that is hostile. */
export async function scanBlob(source: Bytes, limits: ScanLimits): Promise<BlobFacts> {
  const hash = createHash('sha256')
  let size = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk)
      size += chunk.length
      yield chunk
    }
  }
  const raw = counted()
  const { head, all } = await peek(raw, 512)
  const compression = compressionOf(head)
  const layer =
    compression !== 'none' || looksLikeTar(head) ? await scanLayer(all, compression, limits) : await skip(all)
  await skip(raw)
  return { digest: `sha256:${hash.digest('hex')}`, size, ...(layer && { layer }) }
}

async function scanLayer(source: Bytes, compression: Compression, limits: ScanLimits): Promise<LayerFacts | undefined> {
  const hash = createHash('sha256')
  const rules = createLayerRules()
  let unpacked = 0
  let contentBytes = 0
  let newest = 0
  let highestId = 0
  let divisible = true
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const chunk of decompress(source, compression, limits.confine)) {
      unpacked += chunk.length
      if (unpacked > limits.freeBytes) throw tooLargeForDisk(limits.freeBytes)
      hash.update(chunk)
      yield chunk
    }
  }
  const { head, all } = await peek(measured(), 512)
  if (!looksLikeTar(head)) return skip(all)
  const check = (entry: TarEntry): Promise<void> => {
    rules.check(entry)
    contentBytes += entry.size
    if (entry.modified > newest && Number.isSafeInteger(entry.modified)) newest = entry.modified
    highestId = Math.max(highestId, entry.highestId)
    if (isMarkOfOverlay(entry)) divisible = false
    if (contentBytes > limits.freeBytes) throw tooLargeForDisk(limits.freeBytes)
    return Promise.resolve()
  }
  // Some writers of layers (umoci) leave out the padding at the end. That nothing is cut off is proven by the digest.
  await readTar(all, check, { padEnd: true })
  const diffId = `sha256:${hash.digest('hex')}`
  const [entries, longName] = [rules.entries(), rules.longName()]
  return { compression, diffId, contentBytes, entries, newest, highestId, longName, divisible }
}

/** The device that means "removed" in an overlay: the kernel makes none in one. */
function isMarkOfOverlay({ type, major }: TarEntry): boolean {
  return type === 'character-device' && !(major > 0)
}

async function skip(source: Bytes): Promise<undefined> {
  for await (const _chunk of source) {
    // Read for its digest and its end only.
  }
}
