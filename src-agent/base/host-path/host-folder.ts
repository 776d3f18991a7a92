import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lchown, link, lstat, mkdir, open, rename, symlink, unlink } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { toPathText } from '#contract/guest-path-text'
import { nameOf, parentOf } from '../relative-path.ts'
import type { HostPath } from './open-host-path.ts'

/**
 * A folder of this machine that is written to. Every folder in it is held open and entered without following links, and every
 * thing is made under a name of its own before it gets its final one: nothing that lies there, and nobody who changes it
 * meanwhile, leads anything out of it. Paths are latin1 and relative.
 */
export interface HostFolder {
  makeFolder(path: string, mode: number): Promise<void>
  makeLink(path: string, target: string): Promise<void>
  /** `write` gets an empty file. If it fails, nothing is there. */
  makeFile(path: string, facts: FileFacts, write: (file: FileHandle) => Promise<void>): Promise<void>
  /** Gives something in the folder another place in it, where the last part names nothing yet. */
  move(from: string, to: string): Promise<void>
  close(): Promise<void>
}

interface FileFacts {
  readonly mode: number
  readonly mtimeNs: bigint
}

interface Opened {
  readonly path: string
  readonly handle: FileHandle
}

interface Options {
  /** Files take the place of others, and folders are merged. Otherwise what is there is refused. */
  readonly replace: boolean
}

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants
/** A guest may set any time; this is the end of the year 9999. */
const latestSecond = 253_402_300_799
const folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW

/** Takes a folder that was opened by the walk. Everything new belongs to whom the folder belongs to. */
export async function openHostFolder(target: Pick<HostPath, 'path' | 'handle'>, options: Options): Promise<HostFolder> {
  const place = `/proc/self/fd/${target.handle.fd}`
  const root = await open(place, O_RDONLY | O_DIRECTORY).catch((error: unknown) => {
    throw noFolder(target.path, error)
  })
  return writeIn(root, await root.stat(), options)
}

/** The same for a folder of the agent's own, which nobody else writes to. */
export async function openOwnFolder(path: string, options: Options): Promise<HostFolder> {
  const root = await open(path, folderFlags)
  return writeIn(root, await root.stat(), options)
}

/** The handle becomes the folder's: it is closed with it. */
export function writeIn(root: FileHandle, owner: Owner, { replace }: Options): HostFolder {
  const way = createWay(root)
  const inFolder = async <T>(path: string, work: (place: Place) => Promise<T>): Promise<T> => {
    try {
      const folder = await way.to(parentOf(path))
      const place = (name: string) => Buffer.from(`${folder}/${name}`, 'latin1')
      return await work({ final: place(nameOf(path)), temporary: place(temporaryName()), owner, replace })
    } catch (error) {
      throw hostFailure(path, error)
    }
  }
  return {
    makeFolder: (path, mode) => inFolder(path, (place) => makeFolder(place, mode)),
    makeLink: (path, linkTarget) => inFolder(path, (place) => makeLink(place, linkTarget)),
    makeFile: (path, facts, write) => inFolder(path, (place) => makeFile(place, facts, write)),
    async move(from, to) {
      // Two ways, because each path stands for its folder only until the next call on its own way.
      const other = createWay(await open(`/proc/self/fd/${root.fd}`, O_RDONLY | O_DIRECTORY))
      try {
        const target = Buffer.from(`${await other.to(parentOf(to))}/${nameOf(to)}`, 'latin1')
        await inFolder(from, ({ final }) => rename(final, target))
      } finally {
        await other.close()
      }
    },
    close: way.close,
  }
}

interface Place {
  readonly final: Buffer
  readonly temporary: Buffer
  readonly owner: Owner
  readonly replace: boolean
}

export type Owner = Pick<Stats, 'uid' | 'gid'>

/** The open folders on the way to the one that was used last. Parents come before what is in them, so it changes little. */
function createWay(root: FileHandle) {
  const way: Opened[] = [{ path: '', handle: root }]
  const last = (): Opened => way.at(-1) ?? { path: '', handle: root }
  return {
    /** Gives a path that stands for the folder until the next call. */
    async to(path: string): Promise<string> {
      while (way.length > 1 && !isOn(last().path, path)) await way.pop()?.handle.close()
      while (last().path !== path) {
        const { path: at, handle } = last()
        const [name = ''] = path.slice(at === '' ? 0 : at.length + 1).split('/')
        const inner = Buffer.from(`/proc/self/fd/${handle.fd}/${name}`, 'latin1')
        way.push({ path: at === '' ? name : `${at}/${name}`, handle: await open(inner, folderFlags) })
      }
      return `/proc/self/fd/${last().handle.fd}`
    },
    async close(): Promise<void> {
      await Promise.all(way.splice(0).map(({ handle }) => handle.close()))
    },
  }
}

async function makeFolder({ final, owner, replace }: Place, mode: number): Promise<void> {
  const isNew = await mkdir(final, 0o700).then(
    () => true,
    (error: unknown) => {
      if (replace && codeOf(error) === 'EEXIST') return false
      throw error
    },
  )
  const handle = await open(final, folderFlags)
  try {
    if (!isNew) return
    await give(handle, owner)
    await handle.chmod((mode & 0o777) | 0o700)
  } finally {
    await handle.close()
  }
}

async function makeLink({ final, temporary, owner, replace }: Place, target: string): Promise<void> {
  await symlink(Buffer.from(target, 'latin1'), temporary)
  await lchown(temporary, owner.uid, owner.gid).catch(ifNotRoot)
  await publish(temporary, final, replace)
}

async function makeFile(
  { final, temporary, owner, replace }: Place,
  { mode, mtimeNs }: FileFacts,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    await write(file)
    await give(file, owner)
    await file.chmod((mode & 0o777) | 0o400)
    const seconds = Math.min(latestSecond, Math.max(0, Number(mtimeNs / 1_000_000n) / 1000))
    await file.utimes(seconds, seconds)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  await publish(temporary, final, replace)
}

function isOn(folder: string, path: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

function temporaryName(): string {
  return `.joey-part-${randomBytes(8).toString('hex')}`
}

/** Node cannot rename without replacing; a second name can be made only where there is none. */
async function publish(temporary: Buffer, final: Buffer, replace: boolean): Promise<void> {
  try {
    if (replace) return await rename(temporary, final)
    await link(temporary, final).catch(async (error: unknown) => {
      if (!noHardLinks.has(codeOf(error))) throw error
      const there = await lstat(final).catch(() => null)
      if (there) throw Object.assign(new Error('exists'), { code: 'EEXIST' })
      await rename(temporary, final)
    })
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
}

/** What file systems say that have none. */
const noHardLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'])

async function give(handle: FileHandle, { uid, gid }: Owner): Promise<void> {
  await handle.chown(uid, gid).catch(ifNotRoot)
}

/** An agent without privileges can give nothing away: it is its user's already. */
function ifNotRoot(error: unknown): void {
  if (process.getuid?.() === 0 && codeOf(error) !== 'EPERM') throw error
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}

function noFolder(target: string, cause: unknown): AppError {
  return appError('target-not-found', { path: target }, { cause })
}

const failures: Readonly<Record<string, (path: string, cause: unknown) => AppError>> = {
  EEXIST: (path, cause) => appError('file-exists', { path, how: 'inFolder' }, { cause }),
  EISDIR: (path, cause) => appError('file-exists', { path, how: 'folder' }, { cause }),
  ENOTDIR: (path, cause) => appError('file-exists', { path, how: 'notFolder' }, { cause }),
  ELOOP: (path, cause) => appError('file-exists', { path, how: 'link' }, { cause }),
  ENOSPC: (_path, cause) => appError('disk-full', { where: 'machine' }, { cause }),
  EDQUOT: (_path, cause) => appError('disk-full', { where: 'quota' }, { cause }),
  EFBIG: (path, cause) => appError('file-too-large', { path, where: 'machine' }, { cause }),
  EROFS: (_path, cause) => appError('target-read-only', {}, { cause }),
  EACCES: (_path, cause) => appError('target-not-permitted', {}, { cause }),
  EPERM: (_path, cause) => appError('target-not-permitted', {}, { cause }),
  ENAMETOOLONG: (path, cause) => appError('name-too-long', { path, where: 'machine' }, { cause }),
  EINVAL: (path, cause) => appError('name-not-possible', { path }, { cause }),
}

function hostFailure(path: string, error: unknown): unknown {
  return failures[codeOf(error)]?.(`/${toPathText(Buffer.from(path, 'latin1'))}`, error) ?? error
}
