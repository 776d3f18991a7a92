import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { HostFolder } from '../../base/host-path/host-folder.ts'

/** What the OCI calls a descriptor. */
export interface Blob {
  readonly digest: string
  readonly size: number
}

/** Takes the parts of an image one after the other, as streams whose length nobody knows before. */
export interface ImageWriter {
  /** `nameOf` makes the name in the archive of the digest. The same content twice is kept once. */
  addBlob(content: AsyncIterable<Buffer>, nameOf: (hex: string) => string): Promise<Blob>
  addFile(name: string, content: Buffer): Promise<void>
  /** Everything is written. */
  finish(): Promise<void>
  /** Repeatable. */
  close(): Promise<void>
}

/** A folder: an OCI layout. */
export async function writeFolder(folder: HostFolder): Promise<ImageWriter> {
  for (const name of ['blobs', 'blobs/sha256']) await folder.makeFolder(name, 0o755)
  const facts = () => ({ mode: 0o644, mtimeNs: BigInt(Date.now()) * 1_000_000n })
  let count = 0
  return {
    async addBlob(content, nameOf) {
      // Only when it is whole its name is known.
      count += 1
      const part = `blobs/.blob-${count}`
      const written: Blob[] = []
      await folder.makeFile(part, facts(), async (file) => {
        written.push(await pour(content, (bytes) => file.writeFile(bytes)))
        await file.sync()
      })
      const [blob] = written
      if (blob === undefined) throw new Error('nothing was written')
      await folder.move(part, nameOf(hexOf(blob)))
      return blob
    },
    addFile: (name, content) => folder.makeFile(name, facts(), (file) => file.writeFile(content)),
    finish: async () => undefined,
    close: async () => undefined,
  }
}

const block = 512

/**
 * A tar file, at a path where there is an empty file already. A blob is written before its size and digest are known, and the header is put before it afterwards: so
 * nothing lies on the disk twice.
 */
export async function writeArchive(path: string): Promise<ImageWriter> {
  const file = await open(path, 'r+')
  const known = new Set<string>()
  let at = 0
  const put = async (bytes: Buffer, position: number) => {
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    }
  }
  const finishEntry = async (name: string, size: number) => {
    await put(plainHeader(name, size), at)
    const end = at + block + size
    const next = Math.ceil(end / block) * block
    await put(Buffer.alloc(next - end), end)
    at = next
  }
  return {
    async addBlob(content, nameOf) {
      let to = at + block
      const blob = await pour(content, async (bytes) => {
        await put(bytes, to)
        to += bytes.length
      })
      if (!known.has(blob.digest)) await finishEntry(nameOf(hexOf(blob)), blob.size)
      else await file.truncate(at)
      known.add(blob.digest)
      return blob
    },
    async addFile(name, content) {
      await put(content, at + block)
      await finishEntry(name, content.length)
    },
    async finish() {
      await put(Buffer.alloc(2 * block), at)
      await file.truncate(at + 2 * block)
      await file.sync()
      await file.close()
    },
    close: () => file.close().catch(() => undefined),
  }
}

async function pour(content: AsyncIterable<Buffer>, put: (bytes: Buffer) => Promise<unknown>): Promise<Blob> {
  const hash = createHash('sha256')
  let size = 0
  for await (const bytes of content) {
    if (bytes.length === 0) continue
    hash.update(bytes)
    size += bytes.length
    await put(bytes)
  }
  return { digest: `sha256:${hash.digest('hex')}`, size }
}

function hexOf({ digest }: Blob): string {
  return digest.slice('sha256:'.length)
}

/** For short names that Joey itself has made. Sizes beyond eight gigabytes are written as GNU does: in base 256. */
function plainHeader(name: string, size: number): Buffer {
  const head = Buffer.alloc(block)
  head.write(name, 0, 100, 'latin1')
  head.write('0000644\0', 100, 'latin1')
  head.write('0000000\0', 108, 'latin1')
  head.write('0000000\0', 116, 'latin1')
  if (size < 0o100000000000) head.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  else {
    head[124] = 0x80
    head.writeUIntBE(size, 130, 6)
  }
  head.write('00000000000\0', 136, 'latin1')
  head.write('        0', 148, 'latin1')
  head.write('ustar\x0000', 257, 'latin1')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return head
}
