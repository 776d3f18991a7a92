import { spawnSync } from 'node:child_process'
import { findSystemProgram, systemPath } from '#contract/client/system-program'

/** Asks the account database of this machine, directory services and all; null where it does not know the name. */
export type AskDatabase = (table: 'passwd' | 'group', name?: string) => string | null

const timeoutMs = 10_000

export const askDatabase: AskDatabase = (table, name) => {
  const getent = findSystemProgram('getent')
  if (getent === null) return null
  const args = name === undefined ? [table] : [table, name]
  const { status, stdout } = spawnSync(getent, args, {
    env: { PATH: systemPath, LC_ALL: 'C.UTF-8' },
    ...{ encoding: 'utf8', timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 },
  })
  return status === 0 ? stdout : null
}
