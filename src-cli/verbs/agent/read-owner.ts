import { appError } from '#contract/app-error'

/** Reads `--owner UID`. */
export function readOwner(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(text)) return Number(text)
  throw appError('owner-not-valid', { text })
}
