import { once } from 'node:events'
import { fstatSync, read as readFile } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { confine } from '../../base/process/confine.ts'
import { endGroup } from '../../base/process/kill-group.ts'
import { start, whenStarted } from '../../base/process/run.ts'
import { heldPlace } from './held-folders.ts'

/** A part of a file that has content. */
export interface Part {
  readonly start: number
  readonly length: number
}

const unit = 4096
/** Up to here it is quicker to read all of it than to ask a program. */
const largestRead = 2 ** 20
/** EROFS compresses, so its files look as if they had holes. */
const erofsMagic = 0xe0f5e1e2
const blockSize = 512
/** Of the list of parts as text. A file in more parts than that is taken as one without holes. */
const mostMap = 32 * 2 ** 20
const patienceMs = 60_000

/** Where an open file has content; zeros may be counted as holes. */
export async function findParts(descriptor: number): Promise<readonly Part[]> {
  const { size, blocks } = fstatSync(descriptor)
  const all = size === 0 ? [] : [{ start: 0, length: size }]
  if (blocks * blockSize >= size - (unit - 1)) return all
  if (blocks === 0) return []
  if ((await statfs(heldPlace(descriptor))).type === erofsMagic) return all
  if (size <= largestRead) return findByReading(descriptor, size)
  return (await readMapByTar(descriptor)) ?? all
}

async function findByReading(descriptor: number, size: number): Promise<Part[]> {
  const content = await readUpTo(descriptor, 0, size)
  const empty = Buffer.alloc(unit)
  const found: { start: number; length: number }[] = []
  for (let start = 0; start < content.length; start += unit) {
    const length = Math.min(unit, content.length - start)
    if (content.compare(empty, 0, length, start, start + length) === 0) continue
    const last = found.at(-1)
    if (last && last.start + last.length === start) last.length += length
    else found.push({ start, length })
  }
  return found
}

/** Node cannot seek to holes; tar can, and writes a list of the parts before their content, which is not waited for. */
async function readMapByTar(descriptor: number): Promise<Part[] | null> {
  const options = ['--create', '--file=-', '--sparse', '--hole-detection=seek', '--format=pax', '--sparse-version=1.0']
  const [program, args] = confine('tar', [...options, '--dereference', '--absolute-names', '/proc/self/fd/3'], {
    capabilities: ['DAC_READ_SEARCH'],
  })
  const child = start(program, args, { stdio: ['ignore', 'pipe', 'ignore', descriptor] })
  await whenStarted(child, program)
  const ended = once(child, 'close')
  const timer = setTimeout(() => void endGroup(child, 0), patienceMs)
  try {
    let head = Buffer.alloc(0)
    for await (const chunk of child.stdout ?? []) {
      head = Buffer.concat([head, chunk as Buffer])
      const parts = parseHead(head)
      if (parts !== undefined) return parts
      if (head.length > mostMap) return null
    }
    return null
  } finally {
    clearTimeout(timer)
    await endGroup(child, 0)
    await ended
  }
}

/** Undefined: there is more to come. Null: not a sparse file. See "Storing Sparse Files" in tar's manual. */
function parseHead(head: Buffer): Part[] | null | undefined {
  if (head.length < blockSize) return undefined
  const recordsSize = Number.parseInt(head.toString('latin1', 124, 135), 8)
  if (head.toString('latin1', 156, 157) !== 'x' || !Number.isInteger(recordsSize)) return null
  const mapAt = blockSize + Math.ceil(recordsSize / blockSize) * blockSize + blockSize
  if (head.length < mapAt) return undefined
  if (!head.toString('latin1', blockSize, mapAt).includes('GNU.sparse.major=1\n')) return null
  return parseMap(head.toString('latin1', mapAt))
}

function parseMap(text: string): Part[] | undefined {
  const countEnd = text.indexOf('\n')
  if (countEnd < 0) return undefined
  const lines = text.split('\n', 2 * Number(text.slice(0, countEnd)) + 2)
  // What follows the last line end is not whole yet.
  const numbers = lines.slice(1, -1).map(Number)
  const count = Number(lines[0])
  if (numbers.length < 2 * count) return undefined
  const parts = Array.from({ length: count }, (_, index) => ({
    start: numbers[2 * index] ?? 0,
    length: numbers[2 * index + 1] ?? 0,
  }))
  return parts.filter(({ length }) => length > 0)
}

const read = promisify(readFile)

/** Fewer bytes at the end of the file only. */
export async function readUpTo(descriptor: number, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await read(descriptor, bytes, done, length - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}
