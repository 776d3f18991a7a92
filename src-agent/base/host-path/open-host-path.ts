import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, readlink } from 'node:fs/promises'
import { findUntrustedLink, type LinkFacts } from './link-trust.ts'

/** Names a file without opening it: no FIFO blocks, no device is touched. Not among Node's constants. */
const O_PATH = 0o10000000
const { O_DIRECTORY, O_NOFOLLOW } = constants
const maxLinks = 40
const maxComponents = 4096

/** Something of this machine, held open: whatever is renamed or replaced meanwhile, the descriptor stays with it. */
export interface HostPath {
  /** Where it was found: absolute, without links, dots and doubled slashes. */
  readonly path: string
  readonly handle: FileHandle
  readonly stats: BigIntStats
  /** Links that were resolved on the way, as they stood. */
  readonly links: readonly string[]
  /** The path of the descriptor for another program: it names this very file as long as this agent holds it. */
  readonly forOthers: string
  close(): Promise<void>
}

export interface WalkOptions {
  /** Links on the way are resolved where they can be trusted, or never. */
  readonly links: 'trusted' | 'never'
  /** Folders in which a sandbox may write: no link below one of them is followed. */
  readonly untrusted?: readonly string[]
}

/** Why a path could not be walked. `missing`: nothing is there. The others are for the caller's sentence. */
export class HostPathError extends Error {
  override readonly name = 'HostPathError'
  readonly why: 'missing' | 'link' | 'forbidden'
  /** Where on the way. */
  readonly at: string

  constructor(why: HostPathError['why'], at: string, cause?: unknown) {
    super(`${why}: ${at}`, { cause })
    this.why = why
    this.at = at
  }
}

interface Held {
  readonly name: string
  readonly handle: FileHandle
}

/**
 * Opens a path of this machine component by component through held descriptors. The kernel never resolves a link or a `..`
 * here, so nobody who may write on the way leads it elsewhere between two checks. The caller closes what it gets.
 */
export async function openHostPath(path: string, options: WalkOptions): Promise<HostPath> {
  const way: Held[] = [{ name: '', handle: await open('/', O_PATH | O_DIRECTORY) }]
  const links: string[] = []
  try {
    const left = components(path).reverse()
    let isFolder = true
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      if (name === '..') {
        if (way.length > 1) await way.pop()?.handle.close()
        isFolder = true
        continue
      }
      if (!isFolder) throw new HostPathError('missing', pathOf(way))
      const step = await take(way, name)
      if (typeof step !== 'string') {
        way.push({ name, handle: step.handle })
        isFolder = step.isFolder
        continue
      }
      links.push(`${pathOf(way)}/${name}`.replace('//', '/'))
      const inner = await resolve(way, { name, target: step, count: links.length }, options)
      left.push(...inner.reverse())
      if (left.length > maxComponents) throw new HostPathError('missing', path)
    }
    return await finish(way, links)
  } catch (error) {
    await Promise.all(way.map(({ handle }) => handle.close()))
    throw error
  }
}

/** The last one held is the caller's; the folders on the way to it are let go. */
async function finish(way: Held[], links: readonly string[]): Promise<HostPath> {
  const path = pathOf(way) || '/'
  const last = way.at(-1)
  if (last === undefined) throw new HostPathError('missing', path)
  const stats = await last.handle.stat({ bigint: true })
  way.pop()
  await Promise.all(way.splice(0).map(({ handle }) => handle.close()))
  const { handle } = last
  return { path, handle, stats, links, forOthers: `/proc/${process.pid}/fd/${handle.fd}`, close: () => handle.close() }
}

/** The next component, held, or the target of the link that it is. */
async function take(
  way: readonly Held[],
  name: string,
): Promise<string | { readonly handle: FileHandle; readonly isFolder: boolean }> {
  const inner = innerPath(way, name)
  // Most are folders, and with this flag a link is none: one call for each.
  const folder = await open(inner, O_PATH | O_NOFOLLOW | O_DIRECTORY).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return null
    throw asWalkError(error, `${pathOf(way)}/${name}`)
  })
  if (folder !== null) return { handle: folder, isFolder: true }
  const handle = await open(inner, O_PATH | O_NOFOLLOW).catch((error: unknown) => {
    throw asWalkError(error, `${pathOf(way)}/${name}`)
  })
  try {
    const stats = await handle.stat()
    if (!stats.isSymbolicLink()) return { handle, isFolder: stats.isDirectory() }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return readlink(inner).catch((error: unknown) => {
    throw asWalkError(error, `${pathOf(way)}/${name}`)
  })
}

interface FoundLink {
  readonly name: string
  readonly target: string
  /** Of all that were met, this one included. */
  readonly count: number
}

/** What a link adds to the way, where it may be followed at all. */
async function resolve(
  way: Held[],
  { name, target, count }: FoundLink,
  { links, untrusted = [] }: WalkOptions,
): Promise<string[]> {
  const folder = pathOf(way)
  const at = `${folder}/${name}`
  if (links === 'never' || count > maxLinks) throw new HostPathError('link', at)
  // The kernel's own links lead by a descriptor, not by their text.
  if (folder === '/proc' || folder.startsWith('/proc/')) throw new HostPathError('link', at)
  const facts: LinkFacts = { at, folder: await statOf(way), link: await statLink(way, name) }
  if (findUntrustedLink(facts, untrusted) !== null) throw new HostPathError('link', at)
  if (target.startsWith('/')) await Promise.all(way.splice(1).map(({ handle }) => handle.close()))
  return components(target)
}

async function statOf(way: readonly Held[]): Promise<BigIntStats> {
  const last = way.at(-1)
  if (last === undefined) throw new HostPathError('missing', '/')
  return last.handle.stat({ bigint: true })
}

async function statLink(way: readonly Held[], name: string): Promise<BigIntStats> {
  const handle = await open(innerPath(way, name), O_PATH | O_NOFOLLOW)
  try {
    return await handle.stat({ bigint: true })
  } finally {
    await handle.close()
  }
}

function innerPath(way: readonly Held[], name: string): string {
  return `/proc/self/fd/${way.at(-1)?.handle.fd}/${name}`
}

function pathOf(way: readonly Held[]): string {
  return way.map(({ name }) => name).join('/')
}

function components(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL'])

function asWalkError(error: unknown, at: string): unknown {
  const code = codeOf(error)
  if (absent.has(code)) return new HostPathError('missing', at, error)
  return code === 'EACCES' || code === 'EPERM' ? new HostPathError('forbidden', at, error) : error
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}
