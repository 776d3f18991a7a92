import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises'
import { type Run, run } from '../process/run.ts'
import { type HostFolder, writeIn } from './host-folder.ts'
import { type HostPath, openHostPath } from './open-host-path.ts'

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants

/** Something half written in a folder of this machine: the agent holds both, and nothing is ever done by a name outside. */
export interface HeldOutput {
  /** Its name in the folder until it gets its own. */
  readonly partName: string
  /** By this path the agent writes and reads the file that it holds, whatever bears its name. */
  readonly file: string
  /** What is written where it is a folder; null for a file. */
  readonly folder: HostFolder | null
  /** Gives it its mode and the owner of the folder that it is in. */
  settle(mode: number): Promise<void>
  /** Gives it its name. `taken` where there is something of that name, and it is not to be replaced. */
  publish(name: string, replace: boolean): Promise<'done' | 'taken' | 'replaced-by-another'>
  /** Takes away what is there under the name of the half-written. */
  discard(): Promise<void>
  close(): Promise<void>
}

/** Begins a file or a folder in a folder that is held. */
export async function beginOutput(target: HostPath, name: string, kind: 'file' | 'folder'): Promise<HeldOutput> {
  const partName = `.${name.slice(0, 200)}.${randomBytes(6).toString('hex')}.part`
  const at = (each: string) => `/proc/self/fd/${target.handle.fd}/${each}`
  const handle = await make(at(partName), kind)
  const owner = await target.handle.stat()
  const folder = kind === 'folder' ? writeIn(await reopen(handle), owner, { replace: false }) : null
  return {
    partName,
    file: `/proc/self/fd/${handle.fd}`,
    folder,
    async settle(mode) {
      await handle.chown(owner.uid, owner.gid)
      await handle.chmod(kind === 'folder' ? mode | 0o111 : mode)
      await handle.sync()
    },
    async publish(final, replace) {
      const outcome = await place({ from: at(partName), to: at(final), kind, replace })
      if (outcome === 'taken') return outcome
      const [mine, there] = await Promise.all([handle.stat(), lstat(at(final)).catch(() => null)])
      if (there === null || there.ino !== mine.ino || there.dev !== mine.dev) return 'replaced-by-another'
      await syncFolder(target.handle)
      return outcome
    },
    discard: () => removeIn(run, target, partName),
    async close() {
      await folder?.close()
      await handle.close()
    },
  }
}

async function make(path: string, kind: 'file' | 'folder'): Promise<FileHandle> {
  if (kind === 'file') return open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  await mkdir(path, { mode: 0o700 })
  return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
}

function reopen(handle: FileHandle): Promise<FileHandle> {
  return open(`/proc/self/fd/${handle.fd}`, O_RDONLY | O_DIRECTORY)
}

interface Placing {
  readonly from: string
  readonly to: string
  readonly kind: 'file' | 'folder'
  readonly replace: boolean
}

/** A link takes no name that somebody has taken meanwhile; renaming would. */
async function place({ from, to, kind, replace }: Placing): Promise<'done' | 'taken'> {
  if (kind === 'file' && !replace) {
    try {
      await link(from, to)
      await unlink(from)
      return 'done'
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') return 'taken'
      // File systems without hard links.
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error
    }
  }
  if (!replace && (await lstat(to).catch(() => null)) !== null) return 'taken'
  await rename(from, to)
  return 'done'
}

/** Removes something in a held folder with all that is in it, without following a link. Absent is no error. */
export async function removeIn(runTool: Run, { handle }: Pick<HostPath, 'handle'>, name: string): Promise<void> {
  const path = `/proc/self/fd/${handle.fd}/${name}`
  const found = await lstat(path).catch(() => null)
  if (found === null) return
  if (!found.isDirectory()) return unlink(path)
  // It holds every folder on its way down; this runtime's own removal goes by names.
  await runTool('rm', ['-rf', '--', `/proc/self/fd/3/${name}`], { stdio: [handle.fd], timeoutMs: 600_000 })
}

async function syncFolder(handle: FileHandle): Promise<void> {
  const folder = await reopen(handle)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Removes a half-written thing that an agent before this one has left at a path, if the way to it is free of links. */
export async function removeLeft(folder: string, name: string): Promise<void> {
  const held = await openHostPath(folder, { links: 'never' }).catch(() => null)
  if (held === null) return
  try {
    await removeIn(run, held, name)
  } finally {
    await held.close()
  }
}
