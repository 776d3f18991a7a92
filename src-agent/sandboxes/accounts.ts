import { appError } from '#contract/app-error'

/** Who a process runs as, as numbers, with the groups that Docker would give it. */
export interface Account {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  readonly home: string
}

const maxId = 2 ** 32 - 2

/**
 * Resolves `name`, `uid`, `name:group` or `uid:gid` by the texts of /etc/passwd and /etc/group of the sandbox.
 * Both are hostile: lines that do not fit are passed over. Docker's rules: a number needs no entry, a name does;
 * additional groups are those that list the user, unless a group was named.
 */
export function resolveAccount(user: string, passwd: string, group: string): Account {
  const [who = '', groupName] = (user === '' ? '0' : user).split(':')
  const accounts = parseLines(passwd, 6)
  const groups = parseLines(group, 3)
  const entry = accounts.find(([name]) => name === who) ?? accounts.find(([, , id]) => id === who)
  const uid = toId(entry?.[2] ?? who)
  if (uid === null) {
    throw appError('user-unknown', { who })
  }
  const ownGid = toId(entry?.[3] ?? '') ?? 0
  const home = entry?.[5] && entry[5].startsWith('/') ? entry[5] : '/'
  if (groupName !== undefined) return { uid, gid: groupIn(groupName, groups), additionalGids: [], home }
  const name = entry?.[0]
  const additionalGids = groups
    .filter(([, , , members]) => name !== undefined && members?.split(',').includes(name))
    .map(([, , id]) => toId(id ?? ''))
    .filter((id): id is number => id !== null && id !== ownGid)
  return { uid, gid: ownGid, additionalGids: [...new Set(additionalGids)], home }
}

/** The number of a group by name or number, by the text of /etc/group. */
export function findGroup(name: string, group: string): number {
  return groupIn(name, parseLines(group, 3))
}

function groupIn(name: string, groups: readonly string[][]): number {
  const entry = groups.find(([each]) => each === name)
  const gid = toId(entry?.[2] ?? name)
  if (gid !== null) return gid
  throw appError('group-unknown', { name })
}

function parseLines(text: string, fields: number): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((parts) => parts.length >= fields)
}

function toId(text: string): number | null {
  if (!/^[0-9]{1,10}$/.test(text)) return null
  const id = Number(text)
  return id <= maxId ? id : null
}
