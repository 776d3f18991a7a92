import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { type Place, socketFor } from '#contract/client/place'
import { isWithin } from '../base/kernel/mountinfo.ts'
import { installationFolders } from '../base/process/resources.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'

export { isWithin }

/** What is known of this machine when a path of it is to be checked by policy. */
export interface HostRules {
  /** State and sockets of Joey: nothing of them is ever given. */
  readonly joey: readonly string[]
  /** What Joey runs from: never writable, and readable by grant only. */
  readonly installation: readonly string[]
  /** Homes of people, by the account database. */
  readonly homes: readonly string[]
  /** Where some sandbox may write, and so may have put links. */
  readonly untrusted: readonly string[]
}

interface Deps {
  readonly folder: StateFolder
  readonly records: Pick<SandboxRecords, 'all'>
}

/** The rules of this moment. */
export function hostRules({ folder, records }: Deps): HostRules {
  return { ...fixedRules(joeyFolders(folder)), untrusted: untrustedFolders(records) }
}

/** Where some sandbox may write, by what is on record of all of them. */
export function untrustedFolders(records: Deps['records']): string[] {
  const folders = records
    .all()
    .flatMap(({ sandbox: { spec } }) => [
      ...spec.mounts.filter(({ readOnly }) => !readOnly).map(({ source }) => source),
      ...spec.grants.flatMap((grant) => (grant.kind === 'host-path' && grant.access === 'rw' ? [grant.path] : [])),
    ])
  return [...new Set(folders)]
}

/** The rules without what is known of sandboxes, for a path that is only to be reported. */
export function fixedRules(joey: readonly string[]): HostRules {
  return { joey, installation: installationFolders(), homes: readHomes(), untrusted: [] }
}

/** The agent's own folders: who reaches state or socket commands all sandboxes. */
export function joeyFolders({ home, run, socketPath }: Place): string[] {
  return [home, run, dirname(socketPath), dirname(dirname(socketFor(0)))]
}

/** Whether who reaches the path reaches the agent's own folders, or part of them. */
export function isOfJoey(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => isWithin(path, folder) || isWithin(folder, path))
}

const firstPerson = 1000
const nobody = 65_534

/** Root's and those of accounts that people have: https://man7.org/linux/man-pages/man5/passwd.5.html */
export function parseHomes(passwd: string): string[] {
  return passwd.split('\n').flatMap((line) => {
    const [, , uid, , , home = ''] = line.split(':')
    const number = Number(uid)
    const isPerson = number === 0 || (number >= firstPerson && number !== nobody)
    return isPerson && /^\/[^/]/.test(home) ? [home.replace(/\/+$/, '')] : []
  })
}

function readHomes(): string[] {
  try {
    return withOwn(parseHomes(readFileSync('/etc/passwd', 'utf8')))
  } catch {
    return withOwn([])
  }
}

function withOwn(homes: readonly string[]): string[] {
  return [...new Set([...homes, '/root', homedir()])].filter((home) => home !== '/')
}
