import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const squeeze = promisify(gzip)
const block = 1024 * 1024
/** As many as the pool of threads does at once. */
const atOnce = 4

/**
 * gzip by several threads: each block is a member of its own, which every reader of gzip takes as one stream
 * (RFC 1952, 2.2). Not zstd: Docker before version 23 and umoci do not read it.
 */
export async function* compress(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const waiting: Promise<Buffer>[] = []
  let parts: Buffer[] = []
  let size = 0
  const flush = () => {
    const member = squeeze(Buffer.concat(parts), { level: 5, chunkSize: block })
    // Awaited in its turn; until then a failure must not look unhandled.
    member.catch(() => undefined)
    waiting.push(member)
    parts = []
    size = 0
  }
  for await (const chunk of source) {
    parts.push(chunk)
    size += chunk.length
    if (size < block) continue
    flush()
    if (waiting.length >= atOnce) yield (await waiting.shift()) ?? Buffer.alloc(0)
  }
  if (size > 0) flush()
  for (const member of waiting) yield await member
}
