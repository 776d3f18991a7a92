import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lchown, link, lstat, mkdir, open, rename, symlink, unlink } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { joinPath, nameOf, parentOf, toShownPath } from '../../files/tree-paths.ts'

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

/** Everything new belongs to whom the folder belongs to. */
export async function openHostFolder(target: string, { replace }: Options): Promise<HostFolder> {
  const root = await open(target, O_RDONLY | O_DIRECTORY).catch((error: unknown) => {
    throw noFolder(target, error)
  })
  const owner = await root.stat()
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
    close: way.close,
  }
}

interface Place {
  readonly final: Buffer
  readonly temporary: Buffer
  readonly owner: Owner
  readonly replace: boolean
}

type Owner = Pick<Stats, 'uid' | 'gid'>

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
        way.push({ path: joinPath(at, name), handle: await open(inner, folderFlags) })
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
  const message = `There is no folder ${target} on this machine, or it cannot be opened. Make it first.`
  return appError('notFound', 'target-not-found', message, { params: { path: target }, cause })
}

const sentences: Readonly<Record<string, (path: string) => Parameters<typeof appError>>> = {
  EEXIST: (path) => [
    'conflict',
    'file-exists',
    `There is something at ${path} in the folder already. Ask for it to be replaced, or choose another folder.`,
  ],
  EISDIR: (path) => ['conflict', 'file-exists', `${path} is a folder already, which a file does not replace.`],
  ENOTDIR: (path) => ['conflict', 'file-exists', `Something on the way to ${path} is not a folder, or is a link.`],
  ELOOP: (path) => ['conflict', 'file-exists', `Something on the way to ${path} is a link, which is not followed.`],
  ENOSPC: () => ['unavailable', 'disk-full', 'There is no room left on the disk of this machine.'],
  EDQUOT: () => ['unavailable', 'disk-full', 'There is no room left for you on the disk of this machine.'],
  EFBIG: (path) => ['tooLarge', 'file-too-large', `${path} is larger than the file system of this machine allows.`],
  EROFS: () => ['refused', 'target-read-only', 'The folder is on a file system that is read-only.'],
  EACCES: () => ['refused', 'target-not-permitted', 'The agent may not write to the folder.'],
  EPERM: () => ['refused', 'target-not-permitted', 'The agent may not write to the folder.'],
  ENAMETOOLONG: (path) => ['invalidRequest', 'name-too-long', `The name of ${path} is too long for this machine.`],
  EINVAL: (path) => ['invalidRequest', 'name-not-possible', `The file system of this machine does not take ${path}.`],
}

function hostFailure(path: string, error: unknown): unknown {
  const told = sentences[codeOf(error)]
  if (!told) return error
  const [code, reason, message] = told(toShownPath(path))
  return appError(code, reason, message, { cause: error })
}
