const alternate = /\x1b\[\?(?:1049|1047|47)([hl])/g
/** Longest start of the sequence above that may stand at the end of one piece of output. */
const carryLength = 8

/** Turns off what a full-screen program may have left on: mouse, bracketed paste, hidden cursor, colours. */
const calm = '\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[0m'

export const clearScreen = '\x1b[H\x1b[2J'

/**
 * Follows whether the guest is on the alternate screen, so that leaving in the middle of an editor gives the
 * person's screen back. Leaving it without need would move the cursor, hence the watching.
 */
export function createScreenWatch(): { see: (bytes: Buffer) => void; restore: () => string } {
  let carry = ''
  let onAlternate = false
  return {
    see(bytes) {
      if (carry === '' && !bytes.includes(0x1b)) return
      const text = carry + bytes.toString('latin1')
      for (const [, mode] of text.matchAll(alternate)) onAlternate = mode === 'h'
      const escape = text.lastIndexOf('\x1b')
      carry = escape >= 0 && text.length - escape <= carryLength ? text.slice(escape) : ''
    },
    restore: () => `${onAlternate ? '\x1b[?1049l' : ''}${calm}`,
  }
}
