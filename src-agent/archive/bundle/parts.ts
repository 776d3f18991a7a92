import { createHash } from 'node:crypto'
import { type Bytes, readBytes } from '../../storage/tar/byte-reader.ts'
import { bundleDamaged } from './bundle-errors.ts'

/** What follows the manifest in a bundle: one part after the other, each with its checksum behind it. */
export interface BundlePart {
  /** `sbom`, `image` or the key of a layer. */
  readonly name: string
  /** More about it, as JSON. */
  readonly about: unknown
  /** To be read to its end before the next part; its checksum is compared there. */
  readonly content: AsyncGenerator<Buffer>
}

/** The same on the way out. */
export interface PartSource {
  readonly name: string
  readonly about: unknown
  readonly content: AsyncIterable<Buffer>
}

const types = { manifest: 0x4d, part: 0x50, data: 0x44, end: 0x45, close: 0x5a }
const headBytes = 5
const mostData = 1024 * 1024
const mostManifest = 32 * 2 ** 20

/** The inner stream: type, length (32 bits, big-endian) and body of each frame. */
export async function* writeParts(
  manifest: unknown,
  parts: AsyncIterable<PartSource>,
  onPart: (name: string, sha256: string, bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  yield* inner(types.manifest, Buffer.from(JSON.stringify(manifest)))
  // A chunk ends here, so that the manifest is read without what follows.
  yield Buffer.alloc(0)
  for await (const { name, about, content } of parts) {
    const hash = createHash('sha256')
    let bytes = 0
    yield* inner(types.part, json({ name, about }))
    for await (const chunk of content) {
      hash.update(chunk)
      bytes += chunk.length
      for (let at = 0; at < chunk.length; at += mostData) yield* inner(types.data, chunk.subarray(at, at + mostData))
    }
    const sha256 = hash.digest('hex')
    onPart(name, sha256, bytes)
    yield* inner(types.end, json({ sha256, bytes }))
  }
  yield* inner(types.close, Buffer.alloc(0))
}

/** Gives the manifest first, then the parts. Whatever is not just so is damaged. */
export function readParts(source: Bytes): {
  readonly manifest: () => Promise<unknown>
  readonly parts: () => AsyncGenerator<BundlePart>
  readonly close: () => Promise<void>
} {
  const reader = readBytes(source)
  const head = async () => {
    const bytes = await reader.exact(headBytes)
    return { type: bytes.readUInt8(0), size: bytes.readUInt32BE(1) }
  }
  const readJson = async (size: number, most: number): Promise<unknown> => {
    if (size > most) throw bundleDamaged('a description is too large')
    try {
      return JSON.parse((await reader.exact(size)).toString('utf8'))
    } catch (error) {
      throw error instanceof SyntaxError ? bundleDamaged('a description is not readable') : error
    }
  }
  async function* content(): AsyncGenerator<Buffer> {
    const hash = createHash('sha256')
    let bytes = 0
    for (;;) {
      const { type, size } = await head()
      if (type === types.end) {
        const stated = (await readJson(size, 4096)) as { sha256?: unknown; bytes?: unknown }
        if (stated.sha256 !== hash.digest('hex') || stated.bytes !== bytes) throw bundleDamaged('a checksum is wrong')
        return
      }
      if (type !== types.data || size === 0 || size > mostData) throw bundleDamaged('a part is cut off')
      const chunk = await reader.exact(size)
      hash.update(chunk)
      bytes += size
      yield chunk
    }
  }
  return {
    async manifest() {
      const { type, size } = await head()
      if (type !== types.manifest) throw bundleDamaged('it does not begin with its description')
      return readJson(size, mostManifest)
    },
    async *parts() {
      for (;;) {
        const { type, size } = await head()
        if (type === types.close) break
        if (type !== types.part) throw bundleDamaged('a part does not begin')
        const { name, about } = (await readJson(size, mostManifest)) as { name?: unknown; about?: unknown }
        if (typeof name !== 'string') throw bundleDamaged('a part has no name')
        const bytes = content()
        yield { name, about, content: bytes }
        for await (const _rest of bytes) {
          // Nobody wanted it, but its checksum is looked at.
        }
      }
      if ((await reader.some(1)) !== null) throw bundleDamaged('something follows the last part')
    },
    close: () => reader.close(),
  }
}

function* inner(type: number, body: Buffer): Generator<Buffer> {
  const head = Buffer.alloc(headBytes)
  head.writeUInt8(type, 0)
  head.writeUInt32BE(body.length, 1)
  yield head
  if (body.length > 0) yield body
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
