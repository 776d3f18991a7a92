import { appError } from '#contract/app-error'
import { type AskDatabase, askDatabase } from '../../agent/account-database.ts'

/** The number that means no account, and the first that is none. */
const noAccount = 2 ** 32 - 1

interface Wish {
  /** Numbers or names of accounts. */
  readonly owner: readonly string[]
  readonly group?: string | undefined
}

/** Whom `--owner` and `--group` name, as numbers, each once. Of a group: who is a member of it now. */
export function readAccounts({ owner, group }: Wish, ask: AskDatabase = askDatabase): readonly number[] {
  const members = group === undefined ? [] : membersOf(group, ask)
  return [...new Set([...owner.map((text) => readAccount(text, ask)), ...members])]
}

function readAccount(text: string, ask: AskDatabase): number {
  if (/^[0-9]{1,10}$/.test(text) && Number(text) < noAccount) return Number(text)
  const uid = /^[a-z_][a-z0-9_.-]*\$?$/i.test(text) ? uidIn(ask('passwd', text)) : null
  if (uid !== null) return uid
  throw appError('owner-not-valid', { text })
}

/** Whom the group lists, and whose own group it is. A name that no account has any more is passed over. */
function membersOf(group: string, ask: AskDatabase): readonly number[] {
  const line = /^[a-z_][a-z0-9_.-]*\$?$/i.test(group) ? ask('group', group) : null
  const [, , gid, listed = ''] = (line ?? '').trim().split(':')
  if (gid === undefined || gid === '') throw appError('group-not-known', { group })
  const named = listed.split(',').flatMap((name) => (name === '' ? [] : (uidIn(ask('passwd', name)) ?? [])))
  const own = (ask('passwd') ?? '')
    .split('\n')
    .flatMap((each) => (each.split(':')[3] === gid ? (uidIn(each) ?? []) : []))
  return [...named, ...own]
}

/** Root needs no socket of its own. */
function uidIn(line: string | null): number | null {
  const uid = Number(line?.split(':')[2])
  return line !== null && Number.isSafeInteger(uid) && uid > 0 ? uid : null
}
