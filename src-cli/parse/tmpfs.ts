import { usageError } from '../command/usage-error.ts'
import { parseSize } from './size.ts'

/** What every one has anyway, so that lines of Docker's can be taken over. */
const implied: ReadonlySet<string> = new Set(['rw', 'nosuid', 'nodev', 'noexec', 'mode=1777'])

/** Reads `PATH[:size=64m,...]` into the contract's form. */
export function parseTmpfs(text: string): string {
  const colon = text.indexOf(':')
  if (colon < 0) return text
  const [path, words] = [text.slice(0, colon), text.slice(colon + 1).split(',')]
  let size = ''
  for (const word of words) {
    if (implied.has(word)) continue
    if (!word.startsWith('size=')) throw usageError('usage-tmpfs', { text, word })
    size = `:size=${parseSize('--tmpfs', word.slice('size='.length))}`
  }
  return `${path}${size}`
}
