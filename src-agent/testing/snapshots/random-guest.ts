import {
  appendFile,
  chmod,
  lchown,
  link,
  lutimes,
  mkdir,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../base/process/run.ts'

type Random = (below: number) => number

/**
 * Does to a mounted tree a few of the things that guests do. What cannot be done there is left. Links lead out of the tree to
 * this machine's own files, so nothing here may follow one.
 */
export async function actAsGuest(root: string, random: Random): Promise<void> {
  const count = 3 + random(8)
  for (let index = 0; index < count; index += 1) {
    await actOnce(root, random, `g${random(1e6)}`).catch((error: NodeJS.ErrnoException) => {
      if (!expected.has(error.code)) throw error
    })
  }
}

const expected: ReadonlySet<string | undefined> = new Set([
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ENOTEMPTY',
  'EXDEV',
  'EINVAL',
  'EPERM',
])

async function actOnce(root: string, random: Random, name: string): Promise<void> {
  const any = await pickEntry(root, random)
  const file = await pickEntry(root, random, 'file')
  const folder = await pickEntry(root, random, 'folder')
  const fresh = join(folder, name)
  const acts: readonly (() => Promise<unknown>)[] = [
    () => writeFile(fresh, Buffer.alloc(random(20_000), name)),
    () => mkdir(fresh),
    () => appendFile(file, name),
    () => truncate(file, random(100_000)),
    () => rm(any, { recursive: true }),
    // A folder of the image that is removed and made anew hides what was in it.
    () => rm(folder, { recursive: true }).then(() => mkdir(folder)),
    () => rm(file).then(() => mkdir(file)),
    () => rename(file, fresh),
    () => rename(any, fresh),
    () => link(file, fresh),
    () => symlink('../'.repeat(random(4)) + name, fresh),
    () => chmod(file, [0o600, 0o755, 0o4711, 0o2770, 0][random(5)] ?? 0),
    () => chmod(folder, [0o700, 0o755, 0o1777, 0o2770][random(4)] ?? 0o755),
    () => lchown(any, random(70_000), random(70_000)),
    () => lutimes(any, random(1e9), random(1e9) + 0.5),
    () => run('setfattr', ['-n', 'user.note', '-v', name, file], { okExitCodes: [0, 1] }),
    () => run('mknod', [fresh, 'b', String(random(200)), String(random(200))]),
  ]
  await acts[random(acts.length)]?.()
}

/** A path below the root, or the root itself where there is nothing of the kind, and for folders now and then. */
async function pickEntry(root: string, random: Random, kind?: 'file' | 'folder'): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const fitting = entries.filter((entry) =>
    kind === undefined ? true : kind === 'file' ? entry.isFile() : entry.isDirectory(),
  )
  const entry = fitting[random(fitting.length + (kind === 'folder' ? 3 : 0))]
  if (entry) return join(entry.parentPath, entry.name)
  return kind === 'folder' ? root : join(root, 'nothing')
}
