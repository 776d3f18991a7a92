import { appError } from '#contract/app-error'
import { fromPathText, toPathText } from '#contract/guest-path-text'

/**
 * A path of the contract as the views of trees take it: latin1, relative, '' is the root, in one manner of writing.
 * Escapes can spell slashes and dots as well, so what is forbidden is looked for once more in what they stand for.
 */
export function toTreePath(text: string): string {
  const bytes = fromPathText(text)
  if (bytes === null || bytes.includes(0)) {
    const message = 'That is no path in a sandbox. A backslash is written as \\\\, another byte as \\xHH.'
    throw appError('invalidRequest', 'path-not-valid', message)
  }
  const parts = Buffer.from(bytes)
    .toString('latin1')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) {
    throw appError('invalidRequest', 'path-not-valid', 'A path in a sandbox must not contain "..".')
  }
  if (parts.some((part) => part.length > longestName)) {
    throw appError('invalidRequest', 'path-not-valid', 'A name in a sandbox has at most 255 bytes.')
  }
  return parts.join('/')
}

const longestName = 255

/** The same for something that has a name: not the root. */
export function toEntryPath(text: string): string {
  const path = toTreePath(text)
  if (path !== '') return path
  throw appError('invalidRequest', 'path-is-root', 'That is the whole tree. Choose something in it.')
}

/** A name or relative path of a tree as the contract has it. */
export function toText(latin1: string): string {
  return toPathText(Buffer.from(latin1, 'latin1'))
}

/** With the slash in front that people write. */
export function toShownPath(path: string): string {
  return `/${toText(path)}`
}

export function parentOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at < 0 ? '' : path.slice(0, at)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function joinPath(folder: string, name: string): string {
  if (folder === '') return name
  return name === '' ? folder : `${folder}/${name}`
}
