import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { IgnoreRules } from './ignore-rules.ts'

const block = 512
const chunkBytes = 256 * 1024
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

interface Head {
  /** Names are latin1: one character per byte. */
  readonly path: string
  readonly type: '0' | '2' | '5'
  readonly mode: number
  readonly size: number
  readonly seconds: number
  readonly link: string
}

/** Two blocks of zeros end an archive. */
export const endOfTar = Buffer.alloc(2 * block)

/**
 * A folder as tar entries below `prefix`, as Docker sends a context: everything is root's, links are sent as what they are and never
 * followed, and what is neither file, folder nor link stays out.
 */
export async function* tarOfFolder(root: string, prefix: string, rules: IgnoreRules): AsyncGenerator<Buffer> {
  yield headOf({ path: `${prefix}/`, type: '5', mode: 0o755, size: 0, seconds: 0, link: '' })
  yield* tarBelow({ root, prefix, rules }, '')
}

interface Walk {
  readonly root: string
  readonly prefix: string
  readonly rules: IgnoreRules
}

async function* tarBelow(walk: Walk, folder: string): AsyncGenerator<Buffer> {
  const { root, prefix, rules } = walk
  const names = await readdir(onDisk(root, folder), { encoding: 'latin1' })
  for (const name of names.sort()) {
    const path = folder === '' ? name : `${folder}/${name}`
    const shown = Buffer.from(path, 'latin1').toString('utf8')
    const place = onDisk(root, path)
    const found = await lstat(place)
    const about = { path: `${prefix}/${path}`, mode: found.mode & 0o7777, seconds: Math.floor(found.mtimeMs / 1000) }
    const ignored = rules.isIgnored(shown)
    if (found.isDirectory()) {
      if (!ignored) yield headOf({ ...about, path: `${about.path}/`, type: '5', size: 0, link: '' })
      if (!rules.isClosed(shown)) yield* tarBelow(walk, path)
    } else if (ignored) continue
    else if (found.isSymbolicLink()) {
      const link = (await readlink(place, { encoding: 'latin1' })) as string
      yield headOf({ ...about, type: '2', mode: 0o777, size: 0, link })
    } else if (found.isFile()) yield* tarOfFile(place, about)
  }
}

/** One file, under a name of its own. */
export async function* tarOfOne(place: string, path: string): AsyncGenerator<Buffer> {
  yield* tarOfFile(Buffer.from(place), { path, mode: 0o600, seconds: 0 })
}

/** Some bytes as a file. */
export function tarOfBytes(content: Buffer, path: string): Buffer {
  const head = headOf({ path, type: '0', mode: 0o600, size: content.length, seconds: 0, link: '' })
  return Buffer.concat([head, content, padding(content.length)])
}

async function* tarOfFile(place: Buffer, about: Pick<Head, 'path' | 'mode' | 'seconds'>): AsyncGenerator<Buffer> {
  // It may have become something else since it was looked at: a link is not followed, a pipe not waited for.
  const file = await open(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile()) throw appError('build-file-changed', { path: place.toString('utf8') })
    yield headOf({ ...about, type: '0', size: found.size, link: '' })
    yield* contentOf(file, found.size, place)
    yield padding(found.size)
  } finally {
    await file.close()
  }
}

async function* contentOf(file: FileHandle, size: number, place: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - at))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
    if (bytesRead === 0) throw appError('build-file-changed', { path: place.toString('utf8') })
    yield chunk.subarray(0, bytesRead)
    at += bytesRead
  }
}

const onDisk = (root: string, path: string): Buffer =>
  path === '' ? Buffer.from(root) : Buffer.concat([Buffer.from(`${join(root)}/`), Buffer.from(path, 'latin1')])

/** What does not fit the plain header goes into an extended one before it. */
function headOf(head: Head): Buffer {
  const { path, link, size } = head
  const records = [
    ...(fits(path) ? [] : [record('path', path)]),
    ...(fits(link) ? [] : [record('linkpath', link)]),
    ...(size <= 0o77777777777 ? [] : [record('size', String(size))]),
  ]
  if (records.length === 0) return plainHead(head)
  const body = Buffer.concat(records)
  const extended = plainHead({ path: 'extended', type: 'x', mode: 0o644, size: body.length, seconds: 0, link: '' })
  return Buffer.concat([extended, body, padding(body.length), plainHead(head)])
}

/** Of the plain header, where names are of ASCII. */
const fits = (text: string): boolean => text.length <= 100 && !/[^ -~]/.test(text)

function plainHead({ path, type, mode, size, seconds, link }: Omit<Head, 'type'> & { readonly type: string }): Buffer {
  const head = Buffer.alloc(block)
  const octal = (value: number, at: number, length: number) =>
    head.write(
      `${Math.min(Math.max(value, 0), 8 ** (length - 1) - 1)
        .toString(8)
        .padStart(length - 1, '0')}\0`,
      at,
      'latin1',
    )
  head.write(path.slice(0, 100), 0, 'latin1')
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(seconds, 136, 12)
  head.write('        ', 148, 'latin1')
  head.write(type, 156, 'latin1')
  head.write(link.slice(0, 100), 157, 'latin1')
  head.write('ustar\x0000', 257, 'latin1')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return head
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`, 'latin1')
  let length = rest.length + 1
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length
  return Buffer.concat([Buffer.from(`${length}`), rest])
}

function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block)
}
