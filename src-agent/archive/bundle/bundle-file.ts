import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import * as z from 'zod'
import { bundleDamaged, bundleTooNew, bundleTruncated, notABundle, passphraseNeeded } from './bundle-errors.ts'
import { type ChunkCipher, cipherName, createChunkCipher } from './chunk-cipher.ts'
import { packChunks, unpackChunks } from './chunk-stream.ts'
import type { Signature } from './signing.ts'
import { frame, frameHeadBytes, kinds, parseFrameHead } from './skippable-frame.ts'

const Head = z.looseObject({ format: z.literal('joey-bundle'), version: z.int() })
const HeadOfOne = z.strictObject({
  format: z.literal('joey-bundle'),
  version: z.literal(1),
  encryption: z.strictObject({ cipher: z.literal(cipherName), salt: z.string().regex(/^[0-9a-f]{32}$/) }).nullable(),
})
type Head = z.infer<typeof HeadOfOne>
const Trailer = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.strictObject({ publicKey: z.string().max(200), signature: z.string().max(200) }).nullable(),
})

const mostHead = 4096
const mostTrailer = 4096
/** After the trailer's JSON: how long the frame is, and that it is one. */
const endMark = Buffer.from('JOEYEND1')
const tailBytes = 4 + endMark.length
const readChunk = 1024 * 1024

interface WriteRequest {
  /** Where there is an empty file already. */
  readonly path: string
  readonly content: AsyncIterable<Buffer>
  readonly passphrase: string | undefined
  sign(digest: string): Promise<Signature>
  readonly signal: AbortSignal
}

/** Writes a bundle from its beginning to its end, once: head, chunks, trailer. */
export async function writeBundleFile(request: WriteRequest): Promise<{ bytes: number; sha256: string }> {
  const { path, content, passphrase, sign, signal } = request
  const salt = randomBytes(16)
  const encryption = passphrase === undefined ? null : { cipher: cipherName, salt: salt.toString('hex') }
  const head = frame(kinds.head, Buffer.from(JSON.stringify({ format: 'joey-bundle', version: 1, encryption })))
  const cipher = passphrase === undefined ? null : await createChunkCipher(passphrase, salt, head)
  const hash = createHash('sha256')
  let bytes = 0
  async function* whole() {
    yield head
    yield* packChunks(content, cipher)
  }
  async function* counted() {
    for await (const piece of whole()) {
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
    const sha256 = hash.copy().digest('hex')
    const trailer = trailerFrame({ sha256, signature: await sign(sha256) })
    hash.update(trailer)
    bytes += trailer.length
    yield trailer
  }
  const file = await open(path, 'r+')
  try {
    for await (const piece of counted()) {
      signal.throwIfAborted()
      await file.writeFile(piece)
    }
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

function trailerFrame(trailer: z.infer<typeof Trailer>): Buffer {
  const body = Buffer.from(JSON.stringify(trailer))
  const tail = Buffer.alloc(tailBytes)
  tail.writeUInt32LE(frameHeadBytes + body.length + tailBytes, 0)
  endMark.copy(tail, 4)
  return frame(kinds.trailer, Buffer.concat([body, tail]))
}

/** A bundle that was read to its end once: it is what its trailer says. */
export interface BundleFile {
  readonly bytes: number
  /** Of the whole file. */
  readonly sha256: string
  /** What was signed: of everything before the trailer. */
  readonly digest: string
  readonly signature: Signature | null
  readonly isEncrypted: boolean
  /** The content once more, from the beginning. Where the file is no longer what it was, this ends with an error. */
  content(passphrase: string | undefined): AsyncGenerator<Buffer>
  close(): Promise<void>
}

/** Refuses what is truncated, what is not what was written, and what is no bundle. Nothing is unpacked for that. */
export async function openBundleFile(
  path: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (share: number) => void },
): Promise<BundleFile> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY).catch(notOpened)
  try {
    const found = await file.stat()
    if (!found.isFile()) throw notABundle()
    const head = await readHead(file)
    const trailer = await readTrailer(file, found.size)
    const { before, whole } = await hashFile(file, found.size, trailer.start, { signal, onProgress })
    if (before !== trailer.sha256) throw bundleDamaged('the checksum of the whole is wrong')
    return {
      bytes: found.size,
      sha256: whole,
      digest: before,
      signature: trailer.signature,
      isEncrypted: head.encryption !== null,
      content: (passphrase) => readContent(file, { head, end: trailer.start, digest: before, passphrase }),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** A socket cannot be opened, nor can a device without its driver. Others say by themselves what they are. */
function notOpened(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENXIO' || error.code === 'ENODEV') throw notABundle()
  throw error
}

/** The kernel calls some files regular that cannot be read: /proc/PID/mem. */
const nothingRead = { bytesRead: 0 }

async function readHead(file: FileHandle): Promise<Head & { readonly raw: Buffer }> {
  const start = Buffer.alloc(frameHeadBytes + mostHead)
  const { bytesRead } = await file.read(start, 0, start.length, 0).catch(() => nothingRead)
  const isFrame = bytesRead > frameHeadBytes && start.readUInt32LE(0) === 0x184d2a50 + kinds.head
  if (!isFrame) throw notABundle()
  const { size } = parseFrameHead(start)
  if (size > mostHead || frameHeadBytes + size > bytesRead) throw notABundle()
  const raw = start.subarray(0, frameHeadBytes + size)
  const found = parseJson(raw.subarray(frameHeadBytes))
  const either = Head.safeParse(found)
  if (!either.success) throw notABundle()
  if (either.data.version > 1) throw bundleTooNew()
  const head = HeadOfOne.safeParse(found)
  if (!head.success) throw bundleDamaged('its head is not readable')
  return { ...head.data, raw }
}

async function readTrailer(file: FileHandle, size: number) {
  const tail = await readAt(file, Math.max(0, size - tailBytes), Math.min(size, tailBytes))
  if (tail.length < tailBytes || !tail.subarray(4).equals(endMark)) throw bundleTruncated()
  const length = tail.readUInt32LE(0)
  if (length > mostTrailer || length > size || length < frameHeadBytes + tailBytes)
    throw bundleDamaged('its end is broken')
  const whole = await readAt(file, size - length, length)
  const { kind, size: stated } = parseFrameHead(whole)
  if (kind !== kinds.trailer || stated !== length - frameHeadBytes) throw bundleDamaged('its end is broken')
  const parsed = Trailer.safeParse(parseJson(whole.subarray(frameHeadBytes, -tailBytes)))
  if (!parsed.success) throw bundleDamaged('its end is not readable')
  return { ...parsed.data, start: size - length }
}

async function hashFile(
  file: FileHandle,
  size: number,
  trailerAt: number,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (share: number) => void },
): Promise<{ before: string; whole: string }> {
  const hash = createHash('sha256')
  for await (const chunk of readRange(file, 0, trailerAt, (at) => onProgress(at / size))) {
    signal.throwIfAborted()
    hash.update(chunk)
  }
  const before = hash.copy().digest('hex')
  hash.update(await readAt(file, trailerAt, size - trailerAt))
  return { before, whole: hash.digest('hex') }
}

interface ContentRequest {
  readonly head: Head & { readonly raw: Buffer }
  readonly end: number
  readonly digest: string
  readonly passphrase: string | undefined
}

/** Hashes once more what it reads: the file may have been changed since it was looked at. */
async function* readContent(
  file: FileHandle,
  { head, end, digest, passphrase }: ContentRequest,
): AsyncGenerator<Buffer> {
  let cipher: ChunkCipher | null = null
  if (head.encryption !== null) {
    if (passphrase === undefined) throw passphraseNeeded()
    cipher = await createChunkCipher(passphrase, Buffer.from(head.encryption.salt, 'hex'), head.raw)
  }
  const hash = createHash('sha256').update(head.raw)
  async function* hashed() {
    for await (const chunk of readRange(file, head.raw.length, end)) {
      hash.update(chunk)
      yield chunk
    }
  }
  yield* unpackChunks(hashed(), cipher)
  if (hash.digest('hex') !== digest) throw bundleDamaged('it was changed while it was read')
}

async function* readRange(
  file: FileHandle,
  from: number,
  to: number,
  onRead: (at: number) => void = () => {},
): AsyncGenerator<Buffer> {
  for (let at = from; at < to; ) {
    const chunk = await readAt(file, at, Math.min(readChunk, to - at))
    at += chunk.length
    onRead(at)
    yield chunk
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafe(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(chunk, done, length - done, position + done)
    if (bytesRead === 0) throw bundleTruncated()
    done += bytesRead
  }
  return chunk
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
