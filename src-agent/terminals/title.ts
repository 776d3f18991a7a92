const escape = 0x1b
const bell = 0x07
const maxBytes = 1024
const maxCharacters = 200

/** Finds the titles that a program gives its window, in output that comes in any pieces. */
export interface TitleScanner {
  /** The last title that these bytes complete, or null. */
  scan(bytes: Buffer): string | null
}

type State = 'text' | 'escape' | 'number' | 'title' | 'titleEscape'

/** Reads `ESC ] 0 ; TITLE BEL` and `ESC ] 2 ; …`, also ended by `ESC \`. Nearly all output is passed over by one search. */
export function createTitleScanner(): TitleScanner {
  let state: State = 'text'
  let number = ''
  let title: number[] = []

  const step = (byte: number): boolean => {
    switch (state) {
      case 'text':
        if (byte === escape) state = 'escape'
        return false
      case 'escape':
        number = ''
        state = byte === 0x5d ? 'number' : byte === escape ? 'escape' : 'text'
        return false
      case 'number':
        if (byte === 0x3b && (number === '0' || number === '2')) {
          title = []
          state = 'title'
        } else if (byte >= 0x30 && byte <= 0x39 && number.length < 4) number += String.fromCharCode(byte)
        else state = byte === escape ? 'escape' : 'text'
        return false
      case 'title':
        if (byte === bell) {
          state = 'text'
          return true
        }
        if (byte === escape) state = 'titleEscape'
        else if (title.length < maxBytes) title.push(byte)
        return false
      case 'titleEscape':
        state = 'text'
        if (byte === 0x5c) return true
        return state === 'text' && byte === 0x5d ? restart() : false
    }
  }
  const restart = (): boolean => {
    number = ''
    state = 'number'
    return false
  }

  return {
    scan(bytes) {
      let found: string | null = null
      for (let index = 0; index < bytes.length; index += 1) {
        if (state === 'text') {
          const next = bytes.indexOf(escape, index)
          if (next === -1) break
          index = next
        }
        if (step(bytes[index] ?? 0)) found = clean(title)
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
