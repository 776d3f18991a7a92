import { randomBytes } from 'node:crypto'
import { type BigIntStats, type Stats } from 'node:fs'
import {
  chmod,
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import { isOfJoey } from '../sandboxes/host-paths.ts'

/** Where an export goes: it appears whole under its name, or not at all. */
export interface Output {
  /** What is to be written, in the same folder: a file that is made, or a folder. */
  readonly part: string
  /** Gives it its owner, mode and name. */
  publish(mode: number): Promise<void>
  /** Takes away what is half done. After `publish` nothing is left to take away. */
  discard(): Promise<void>
}

interface OutputRequest {
  readonly path: string
  readonly kind: 'file' | 'folder'
  readonly replace: boolean
  /** Room that it may need; refused at once where there is less. */
  readonly neededBytes: number
  readonly joeyFolders: readonly string[]
  /** Where is noted what a crash would leave behind. */
  readonly notes: string
}

export async function openOutput(request: OutputRequest): Promise<Output> {
  const folder = await findFolder(request.path)
  const path = join(folder, basename(request.path))
  if (isOfJoey(path, request.joeyFolders)) {
    throw appError(
      'refused',
      'output-in-state',
      'That place belongs to the state of Joey. Choose another one for the export.',
    )
  }
  await checkOld(path, request)
  await requireRoom(folder, request.neededBytes)
  const mark = randomBytes(6).toString('hex')
  const part = join(folder, `.${basename(path).slice(0, 200)}.${mark}.part`)
  const note = join(request.notes, mark)
  await mkdir(request.notes, { recursive: true, mode: 0o700 })
  await writeFile(note, part, { flush: true })
  if (request.kind === 'folder') await mkdir(part, { mode: 0o755 })
  const discard = async () => {
    await rm(part, { recursive: true, force: true })
    await rm(note, { force: true })
  }
  return {
    part,
    discard,
    async publish(mode) {
      await giveTo(part, await stat(folder), mode)
      await sync(part)
      await place(part, path, request)
      await sync(folder)
      await rm(note, { force: true })
    },
  }
}

/** What an agent that was killed has left of its exports. */
export async function clearParts(notes: string): Promise<void> {
  for (const name of await readdir(notes).catch(() => [])) {
    const part = await readFile(join(notes, name), 'utf8')
    // Notes are the agent's own, but what is removed by them has to look like a part all the same.
    if (/\/\.[^/]*\.[a-f0-9]{12}\.part$/.test(part)) await rm(part, { recursive: true, force: true })
    await rm(join(notes, name), { force: true })
  }
}

async function findFolder(path: string): Promise<string> {
  const name = basename(path)
  const folder = await realpath(dirname(path)).catch(() => null)
  const isFolder = folder !== null && (await stat(folder)).isDirectory()
  if (!isFolder || name === '' || name === '.' || name === '..' || path.endsWith('/')) {
    const message = `There is no folder ${dirname(path)} to write to. Make it first, or choose another place.`
    throw appError('notFound', 'output-folder-missing', message, { params: { path } })
  }
  return folder
}

async function checkOld(path: string, { kind, replace }: OutputRequest): Promise<void> {
  const old: Stats | null = await lstat(path).catch(() => null)
  if (old === null) return
  if (!replace) throw taken(path)
  const layout =
    kind === 'folder' && old.isDirectory() && (await stat(join(path, 'oci-layout')).catch(() => null)) !== null
  if (layout || (kind === 'file' && old.isFile())) return
  const message = `${path} is not ${kind === 'file' ? 'a file' : 'an image layout'} and is not replaced. Choose another name.`
  throw appError('refused', 'output-not-replaceable', message, { params: { path } })
}

function taken(path: string) {
  const message = `There is a file ${path} already. Choose another name, or say that it may be replaced.`
  return appError('conflict', 'output-exists', message, { params: { path } })
}

async function requireRoom(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= needed) return
  const [wanted, free] = [needed, bavail * bsize].map((bytes) => Math.ceil(bytes / 1e6))
  const message = `The export may need ${wanted} MB, and ${free} MB are free there. Make room, or choose another place.`
  throw appError('tooLarge', 'output-no-room', message, { params: { wanted: wanted ?? 0, free: free ?? 0 } })
}

/** A link takes no name that somebody has taken meanwhile; renaming would. */
async function place(part: string, path: string, { kind, replace }: OutputRequest): Promise<void> {
  if (kind === 'file' && !replace) {
    try {
      await link(part, path)
      await rm(part)
      return
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') throw taken(path)
      // File systems without hard links.
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error
    }
  }
  if (kind === 'folder' && replace) {
    const old = `${part}.old`
    await rename(path, old).catch(orMissing)
    await rename(part, path)
    await rm(old, { recursive: true, force: true })
    return
  }
  if (!replace && (await lstat(path).catch(() => null)) !== null) throw taken(path)
  await rename(part, path)
}

function orMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** It belongs to whom the folder belongs to: the agent may be another account. */
async function giveTo(part: string, { uid, gid }: Stats | BigIntStats, mode: number): Promise<void> {
  const isFolder = (await stat(part)).isDirectory()
  if (isFolder) {
    for (const name of await readdir(part, { recursive: true }))
      await lchown(join(part, name), Number(uid), Number(gid))
  }
  await chown(part, Number(uid), Number(gid))
  await chmod(part, isFolder ? mode | 0o111 : mode)
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
