import { createHash } from 'node:crypto'
import { closeSync, openSync, readlinkSync, readSync } from 'node:fs'

const page = Buffer.allocUnsafe(64 * 1024)

/**
 * Reads a file that the kernel makes up, as latin1, up to a bound; null where it is not there (any more).
 * Such files come in pieces of a page, so it is read to its end.
 * Synchronous on purpose: such a read takes microseconds and never waits for a disk, while the asynchronous one costs four
 * rounds through the thread pool, ten times the work at 1 Hz and 20 sandboxes.
 */
export function readKernelText(path: string, maxBytes = 256 * 1024): string | null {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return null
  }
  try {
    let text = ''
    while (text.length < maxBytes) {
      const bytes = readSync(file, page, 0, Math.min(page.length, maxBytes - text.length), null)
      if (bytes === 0) break
      text += page.toString('latin1', 0, bytes)
    }
    return text
  } catch {
    // A process that ended meanwhile answers ESRCH, a removed cgroup ENODEV, a file of another user EACCES.
    return null
  } finally {
    closeSync(file)
  }
}

/** Where one of the kernel's own links leads, or null. */
export function readKernelLink(path: string): string | null {
  try {
    return readlinkSync(path, { encoding: 'latin1' })
  } catch {
    return null
  }
}

const maxShown = 300

/**
 * Text that a guest may have chosen, made safe to show: control characters, those that turn the direction of writing
 * and broken UTF-8 are written out. What is too long is cut in the middle, where a part of its hash keeps it apart from
 * others with the same ends. `raw` holds bytes as latin1.
 */
export function showText(raw: string): string {
  const decoded = Buffer.from(raw, 'latin1').toString('utf8')
  const shown = decoded.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\uFFFD]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
  if (shown.length <= maxShown) return shown
  const half = maxShown / 2 - 6
  const hash = createHash('sha256').update(raw, 'latin1').digest('hex').slice(0, 8)
  return `${shown.slice(0, half)}…${hash}…${shown.slice(-half)}`
}
