import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { appError } from '../app-error.ts'

const groupOrOthersWrite = 0o022
const anybodyElse = 0o077

/**
 * Makes a folder that only this account may open, and answers its path without links. One that is there already is
 * taken when it is this account's and nobody else could have put anything into it; else what lies in it could be a trap.
 */
export function openPrivateFolder(path: string, uid: number): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const real = realpathSync(path)
  const { uid: owner, mode } = lstatSync(real)
  if (owner !== uid) throw appError('folder-not-own', { path: real, owner, uid })
  if ((mode & groupOrOthersWrite) !== 0) throw appError('folder-open-to-others', { path: real })
  if ((mode & anybodyElse) !== 0 && isJoeys(real)) chmodSync(real, 0o700)
  return real
}

/** Nothing else is closed to others: somebody may have named a folder of the system by mistake. */
function isJoeys(folder: string): boolean {
  const names = readdirSync(folder)
  return names.length === 0 || names.includes('lock.db') || names.includes('boot-id')
}
