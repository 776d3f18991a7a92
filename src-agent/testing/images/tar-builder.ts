import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../base/process/run.ts'

/** One entry as it is written: nothing is checked, so that hostile archives can be made. */
export interface Entry {
  readonly name: string | Buffer
  /** The type flag of tar: file, hard link, symlink, device, folder … */
  readonly type?: '0' | '1' | '2' | '3' | '4' | '5' | '6' | 'S'
  readonly content?: string | Buffer
  readonly link?: string
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly mtime?: number
  readonly device?: readonly [major: number, minor: number]
  readonly pax?: Readonly<Record<string, string | Buffer>>
  /** In place of the length of the content. */
  readonly statedSize?: number
}

/** A whole tar file, with its end. */
export function tarFile(entries: readonly Entry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)])
}

/** Compressed by the xz program: Node has none. */
export async function xz(content: Buffer): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'joey-xz-'))
  try {
    await writeFile(join(folder, 'file'), content)
    await run('xz', ['file'], { cwd: folder })
    return await readFile(join(folder, 'file.xz'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex')
}

function tarEntry(entry: Entry): Buffer {
  const { name, pax, content = '', link = '' } = entry
  const parts: Buffer[] = []
  if (pax) parts.push(record('x', 'pax', Buffer.concat(Object.entries(pax).map(paxField))))
  if (Buffer.byteLength(name) > 100)
    parts.push(record('L', '././@LongLink', Buffer.concat([Buffer.from(name), Buffer.alloc(1)])))
  if (link.length > 100) parts.push(record('K', '././@LongLink', Buffer.from(`${link}\0`)))
  parts.push(header(entry), padded(Buffer.from(content)))
  return Buffer.concat(parts)
}

function record(type: string, name: string, content: Buffer): Buffer {
  const block = header({ name, content })
  block.write(type, 156)
  return Buffer.concat([withChecksum(block), padded(content)])
}

function paxField([key, value]: readonly [string, string | Buffer]): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
  let length = rest.length
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

function header(entry: Entry): Buffer {
  const block = Buffer.alloc(512)
  const octal = (value: number, at: number, width: number): void => {
    block.write(value.toString(8).padStart(width - 1, '0'), at)
  }
  Buffer.from(entry.name).copy(block, 0, 0, 100)
  octal(entry.mode ?? 0o644, 100, 8)
  octal(entry.uid ?? 0, 108, 8)
  octal(entry.gid ?? 0, 116, 8)
  octal(entry.statedSize ?? Buffer.byteLength(entry.content ?? ''), 124, 12)
  octal(entry.mtime ?? 1_600_000_000, 136, 12)
  block.write(entry.type ?? '0', 156)
  block.write((entry.link ?? '').slice(0, 100), 157)
  block.write('ustar  \0', 257, 'latin1')
  octal(entry.device?.[0] ?? 0, 329, 8)
  octal(entry.device?.[1] ?? 0, 337, 8)
  return withChecksum(block)
}

function withChecksum(block: Buffer): Buffer {
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}
