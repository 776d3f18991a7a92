import { constants } from 'node:fs'
import { type FileHandle, open, readlink } from 'node:fs/promises'
import { appError } from '#contract/app-error'

/** Names a file without opening it: no FIFO blocks, no device is touched. Not among Node's constants. */
const O_PATH = 0o10000000
const maxLinks = 40
const maxComponents = 4096

/**
 * Opens a regular file below `root` for reading, or gives null where there is none. The caller closes the handle.
 *
 * What is below `root` may have been written, and may be changed at this moment, by a guest. So the path is
 * walked component by component through held descriptors, links are resolved by hand with `root` as their `/`,
 * and `..` goes back to a folder that is already held. The kernel never resolves a link or a `..` here, thus nothing
 * outside of `root` is ever reached, whatever is renamed meanwhile.
 */
export async function openFileInRoot(root: string, path: string): Promise<FileHandle | null> {
  const folders = [await open(root, constants.O_DIRECTORY | O_PATH)]
  try {
    const node = await walk(folders, path)
    if (node === null) return null
    try {
      if (!(await node.stat()).isFile()) return null
      // The very file that was looked at: its descriptor is opened again, not its name.
      return await open(`/proc/self/fd/${node.fd}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    } finally {
      await node.close()
    }
  } finally {
    await Promise.all(folders.map((folder) => folder.close()))
  }
}

/**
 * The content of a regular file below `root`, null where there is none. See {@link openFileInRoot}.
 * A file of more than `maxBytes` is refused as `tooLarge`.
 */
export async function readFileInRoot(root: string, path: string, maxBytes: number): Promise<Buffer | null> {
  const file = await openFileInRoot(root, path)
  if (file === null) return null
  try {
    return await readBounded(file, path, maxBytes)
  } finally {
    await file.close()
  }
}

/** Walks to the last component and returns it as an open `O_PATH` node. `folders` is the stack of what is held. */
async function walk(folders: FileHandle[], path: string): Promise<FileHandle | null> {
  // Names are bytes; latin1 text keeps them exact and lets them be split.
  const left = components(Buffer.from(path).toString('latin1')).reverse()
  let links = 0
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === '..') {
      if (folders.length > 1) await folders.pop()?.close()
      continue
    }
    const step = await openStep(folders, name)
    if (step === null) return null
    if ('link' in step) {
      links += 1
      if (links > maxLinks) return null
      if (step.link.startsWith('/')) await backToRoot(folders)
      left.push(...components(step.link).reverse())
      if (left.length > maxComponents) return null
    } else if (left.length === 0) {
      return step.node
    } else {
      folders.push(step.node)
    }
  }
  return null // the path names a folder
}

type Step = { readonly node: FileHandle } | { readonly link: string }

async function openStep(folders: readonly FileHandle[], name: string): Promise<Step | null> {
  const folder = folders.at(-1)
  if (folder === undefined) return null
  const path = Buffer.concat([Buffer.from(`/proc/self/fd/${folder.fd}/`), Buffer.from(name, 'latin1')])
  const node = await orNull(open(path, O_PATH | constants.O_NOFOLLOW))
  if (node === null) return null
  try {
    if (!(await node.stat()).isSymbolicLink()) return { node }
  } catch (error) {
    await node.close()
    throw error
  }
  await node.close()
  // It may have been replaced since: then there is no link to read, and no file.
  const target = await orNull(readlink(path, { encoding: 'buffer' }))
  return target && { link: target.toString('latin1') }
}

async function backToRoot(folders: FileHandle[]): Promise<void> {
  await Promise.all(folders.splice(1).map((folder) => folder.close()))
}

function components(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

const absent: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EINVAL', 'ENAMETOOLONG', 'ELOOP'])

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise
  } catch (error) {
    if (absent.has((error as NodeJS.ErrnoException).code)) return null
    throw error
  }
}

/** Reads what is there; the size may change meanwhile, so it is not read first. */
async function readBounded(file: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024)
    const { bytesRead } = await file.read(chunk, 0, chunk.length)
    if (bytesRead === 0) return Buffer.concat(chunks)
    size += bytesRead
    if (size > maxBytes) {
      throw appError('file-too-large', { where: 'read', path, limit: maxBytes })
    }
    chunks.push(chunk.subarray(0, bytesRead))
  }
}
