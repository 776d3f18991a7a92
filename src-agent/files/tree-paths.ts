import { appError } from '#contract/app-error'
import { fromPathText, toPathText } from '#contract/guest-path-text'

/**
 * A path of the contract as the views of trees take it: latin1, relative, '' is the root, in one manner of writing.
 * Escapes can spell slashes and dots as well, so what is forbidden is looked for once more in what they stand for.
 */
export function toTreePath(text: string): string {
  const bytes = fromPathText(text)
  if (bytes === null || bytes.includes(0)) {
    throw appError('path-not-valid', { what: 'text' })
  }
  const parts = Buffer.from(bytes)
    .toString('latin1')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) {
    throw appError('path-not-valid', { what: 'parents' })
  }
  if (parts.some((part) => part.length > longestName)) {
    throw appError('path-not-valid', { what: 'length' })
  }
  return parts.join('/')
}

const longestName = 255

/** The same for something that has a name: not the root. */
export function toEntryPath(text: string): string {
  const path = toTreePath(text)
  if (path !== '') return path
  throw appError('path-is-root')
}

/** A name or relative path of a tree as the contract has it. */
export function toText(latin1: string): string {
  return toPathText(Buffer.from(latin1, 'latin1'))
}

/** With the slash in front that people write. */
export function toShownPath(path: string): string {
  return `/${toText(path)}`
}
