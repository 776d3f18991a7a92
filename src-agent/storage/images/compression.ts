import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { AppError } from '#contract/app-error'
import type { Confine } from '../../base/process/confine.ts'
import { endGroup } from '../../base/process/kill-group.ts'
import { start, whenStarted } from '../../base/process/run.ts'
import { damaged, truncated } from '../tar/archive-refusals.ts'
import type { Bytes } from '../tar/byte-reader.ts'

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz'

const magic: readonly (readonly [Exclude<Compression, 'none'>, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
]

/** Recognised by the first bytes, never by a name. */
export function compressionOf(head: Uint8Array): Compression {
  return magic.find(([, bytes]) => bytes.every((byte, at) => head[at] === byte))?.[0] ?? 'none'
}

/** Whether the first bytes are the header of a tar file, of any variant, or the zeros of an empty one. */
export function looksLikeTar(head: Uint8Array): boolean {
  if (head.length < 512) return false
  const block = head.subarray(0, 512)
  if (block.every((byte) => byte === 0)) return true
  const stated = Number.parseInt(Buffer.from(block.subarray(148, 156)).toString('latin1').replace(/\0/g, ' ').trim(), 8)
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  return stated === sum
}

/** Gives the first bytes of a stream, and the stream with them. */
export async function peek(source: Bytes, size: number): Promise<{ head: Buffer; all: Bytes }> {
  const iterator = source[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < size) {
    const next = await iterator.next()
    if (next.done) break
    chunks.push(next.value)
    length += next.value.length
  }
  const head = Buffer.concat(chunks)
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { head, all: all() }
}

/** The uncompressed bytes. A stream that ends too early, or is no such stream, is refused with a sentence. */
export function decompress(source: Bytes, compression: Compression, confine: Confine): Bytes {
  switch (compression) {
    case 'none':
      return source
    case 'gzip':
      return inflate(source, createGunzip({ chunkSize: 256 * 1024 }))
    case 'zstd':
      return inflate(source, createZstdDecompress({ chunkSize: 256 * 1024 }))
    case 'xz':
      return runXz(source, confine)
  }
}

type Inflater = ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>

async function* inflate(source: Bytes, inflater: Inflater): AsyncGenerator<Uint8Array> {
  let failure: unknown
  const feeding = pipeline(source, inflater).catch((error: unknown) => {
    failure = error
  })
  try {
    for await (const chunk of inflater) yield chunk as Uint8Array
  } catch (error) {
    throw readable(failure ?? error)
  } finally {
    inflater.destroy()
    await feeding
  }
}

function readable(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? ''
  if (error instanceof AppError) return error
  if (code === 'Z_BUF_ERROR') return truncated()
  return code.startsWith('Z_') || code.startsWith('ZSTD_') ? damaged(String(error)) : error
}

/** Node has no xz; the program reads what may be hostile, so it is confined. */
async function* runXz(source: Bytes, confine: Confine): AsyncGenerator<Uint8Array> {
  const [program, args] = confine('xz', ['-dc', '-T1', '--memlimit-decompress=512MiB'], {})
  const child = start(program, args)
  await whenStarted(child, program)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + String(chunk)).slice(-4096)
  })
  let failure: NodeJS.ErrnoException | undefined
  const feeding = pipeline(source, child.stdin).catch((error: NodeJS.ErrnoException) => {
    failure = error
  })
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array
    const code = await exited
    await feeding
    if (failure !== undefined && failure.code !== 'EPIPE') throw failure
    if (code !== 0) throw /unexpected end/i.test(words) ? truncated() : damaged(words)
  } finally {
    await endGroup(child)
  }
}
