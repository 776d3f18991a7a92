import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { run } from '../../base/process/run.ts'
import type { TreeView } from '../../storage/layers/tree-view.ts'
import { createAttributeReader } from '../../storage/trees/attribute-reader.ts'
import { isAbsent } from '../../storage/trees/held-folders.ts'

const readAtOnce = 64 * 1024

/** What a view shows, a line for each path. Lines are latin1. */
export async function describeView(view: TreeView): Promise<string[]> {
  const lines: string[] = []
  const names = new Map<string, string>()
  for await (const { path, node } of view.walk('', new AbortController().signal)) {
    const { kind, size, mode, uid, gid, mtimeNs, major, minor, target } = node
    const attributes = (await view.attributes(path)).map(({ name, value }) => `${name}=${value.toString('hex')}`).sort()
    const content = kind === 'file' ? await hashContent(view, path) : ''
    const first = kind === 'file' && node.links > 1 ? (names.get(node.identity) ?? path) : path
    names.set(node.identity, first)
    const facts = [path, kind, kind === 'file' ? size : 0, mode.toString(8), uid, gid, mtimeNs, major, minor]
    lines.push([...facts, target ?? '', content, first, attributes].join(' | '))
  }
  return lines.sort()
}

async function hashContent(view: TreeView, path: string): Promise<string> {
  const file = await view.open(path)
  const hash = createHash('sha256')
  try {
    for (let at = 0; ; at += readAtOnce) {
      const bytes = await file.read(at, readAtOnce)
      hash.update(bytes)
      if (bytes.length < readAtOnce) return hash.digest('hex')
    }
  } finally {
    await file.close()
  }
}

/** What the kernel shows of the same tree. */
export async function describeMount(root: string): Promise<string[]> {
  const [attributes] = await createAttributeReader(run).open([{ path: root, isFrozen: true }])
  const lines: string[] = []
  const names = new Map<bigint, string>()
  const left = ['']
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const at = Buffer.from(`${root}/${path}`, 'latin1')
    let stat: ReturnType<typeof readStat>
    try {
      stat = readStat(at)
    } catch (error) {
      // A folder of one layer alone is listed by the kernel with what overlayfs then does not find: whiteouts.
      if (isAbsent(error)) continue
      throw error
    }
    const { kind } = stat
    if (kind === 'folder') {
      const inner = readdirSync(at, { encoding: 'latin1' }).sort().reverse()
      left.push(...inner.map((name) => (path === '' ? name : `${path}/${name}`)))
    }
    if (path === '') continue
    const found = ((await attributes?.read(path)) ?? [])
      .map(({ name, value }) => `${name}=${value.toString('hex')}`)
      .sort()
    const content = kind === 'file' ? createHash('sha256').update(readFileSync(at)).digest('hex') : ''
    const first = kind === 'file' && stat.links > 1n ? (names.get(stat.inode) ?? path) : path
    names.set(stat.inode, first)
    const target = kind === 'link' ? readlinkSync(at, { encoding: 'latin1' }) : ''
    lines.push([path, kind, ...stat.facts, target, content, first, found].join(' | '))
  }
  return lines.sort()
}

function readStat(at: Buffer) {
  const stat = lstatSync(at, { bigint: true })
  const isDevice = stat.isCharacterDevice() || stat.isBlockDevice()
  const [low, high] = [stat.rdev & 0xffffffffn, stat.rdev >> 32n]
  const major = isDevice ? ((low >> 8n) & 0xfffn) | (high & 0xfffff000n) : 0n
  const minor = isDevice ? (low & 0xffn) | ((low >> 12n) & 0xfff00n) : 0n
  const { mode, uid, gid, mtimeNs, size } = stat
  const bytes = stat.isFile() ? size : 0n
  const facts = [bytes, (mode & 0o7777n).toString(8), uid, gid, mtimeNs, major, minor]
  return { kind: kindOf(stat), facts, links: stat.nlink, inode: stat.ino }
}

function kindOf(stat: ReturnType<typeof lstatSync>): string {
  if (stat?.isFile()) return 'file'
  if (stat?.isDirectory()) return 'folder'
  if (stat?.isSymbolicLink()) return 'link'
  if (stat?.isFIFO()) return 'fifo'
  if (stat?.isSocket()) return 'socket'
  return stat?.isCharacterDevice() ? 'char' : 'block'
}
