import { appError } from '#contract/app-error'

/** The number that means no account, and the first that is none. */
const noAccount = 2 ** 32 - 1

/** Reads `--owner UID`. */
export function readOwner(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[0-9]{1,10}$/.test(text) && Number(text) < noAccount) return Number(text)
  throw appError('owner-not-valid', { text })
}
