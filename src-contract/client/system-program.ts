import { statSync } from 'node:fs'
import { join } from 'node:path'
import { whatOthersCanChange } from './ownership.ts'

/** Where distributions put programs. */
const systemFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/libexec'] as const
/** Where an administrator puts what is newer; on some machines others can write there, and then it does not count. */
const localFolders = ['/usr/local/sbin', '/usr/local/bin'] as const

/** For programs that look for others themselves. Without the administrator's folders, which were not checked. */
export const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The absolute path of a program of the system; null where it is not installed. The caller's `PATH` has no say: what is
 * started as root must be what root has installed.
 */
export function findSystemProgram(name: string): string | null {
  const isOwn = (path: string) => isProgram(path) && whatOthersCanChange(path).length === 0
  const local = localFolders.map((folder) => join(folder, name)).find(isOwn)
  return local ?? systemFolders.map((folder) => join(folder, name)).find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false })
  return status?.isFile() === true && (status.mode & 0o111) !== 0
}
