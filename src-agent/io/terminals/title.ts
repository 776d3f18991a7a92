const escape = 0x1b
const bell = 0x07
const commandStart = 0x5d
const semicolon = 0x3b
const backslash = 0x5c
const maxBytes = 1024
const maxCharacters = 200

/** Finds the titles that a program gives its window, in output that comes in any pieces. */
export interface TitleScanner {
  /** The last title that these bytes complete, or null. */
  scan(bytes: Buffer): string | null
}

type State = 'text' | 'escape' | 'number' | 'title' | 'titleEscape' | 'done'

/** Reads `ESC ] 0 ; TITLE BEL` and `ESC ] 2 ; …`, also ended by `ESC \`. Nearly all output is passed over unread. */
export function createTitleScanner(): TitleScanner {
  let state: State = 'text'
  let number = ''
  let title: number[] = []

  const afterEscape = (byte: number): State => {
    number = ''
    if (byte === commandStart) return 'number'
    return byte === escape ? 'escape' : 'text'
  }
  const readNumber = (byte: number): State => {
    if (byte === semicolon && (number === '0' || number === '2')) {
      title = []
      return 'title'
    }
    number += String.fromCharCode(byte)
    if (byte >= 0x30 && byte <= 0x39 && number.length < 4) return 'number'
    return byte === escape ? 'escape' : 'text'
  }
  const readTitle = (byte: number): State => {
    if (byte === bell) return 'done'
    if (byte === escape) return 'titleEscape'
    if (title.length < maxBytes) title.push(byte)
    return 'title'
  }
  const next: Readonly<Record<State, (byte: number) => State>> = {
    text: (byte) => (byte === escape ? 'escape' : 'text'),
    escape: afterEscape,
    number: readNumber,
    title: readTitle,
    titleEscape: (byte) => (byte === backslash ? 'done' : afterEscape(byte)),
    done: (byte) => (byte === escape ? 'escape' : 'text'),
  }

  return {
    scan(bytes) {
      let found: string | null = null
      for (let index = 0; index < bytes.length; index += 1) {
        if (state === 'text' || state === 'done') {
          index = bytes.indexOf(escape, index)
          if (index === -1) break
        }
        state = next[state](bytes[index] ?? 0)
        if (state === 'done') found = clean(title)
      }
      return found
    },
  }
}

/** Without what could act on a screen, or turn its writing around. */
function clean(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString('utf8')
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '')
  return [...plain].slice(0, maxCharacters).join('').trim()
}
