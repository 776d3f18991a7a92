import { describe, expect, test } from 'vitest'
import { createDetachFilter, defaultDetachKeys, parseDetachKeys } from './detach-keys.ts'

const P = '\x10'
const Q = '\x11'

/** Feeds pieces one after the other; `|` in the result marks where it detached. */
function type(keys: string, ...pieces: string[]): string {
  const filter = createDetachFilter(parseDetachKeys(keys))
  return pieces
    .map((piece) => filter(Buffer.from(piece, 'latin1')))
    .map(({ forward, detached }) => forward.toString('latin1') + (detached ? '|' : ''))
    .join('')
}

describe('key names', () => {
  test.each([
    ['ctrl-p,ctrl-q', [16, 17]],
    ['ctrl-],d', [29, 100]],
    ['ctrl-A', [1]],
    ['ctrl-@', [0]],
    ['ctrl-[,ctrl-\\,ctrl-^,ctrl-_', [27, 28, 30, 31]],
    ['', []],
  ])('%s are the bytes %j', (text, bytes) => expect(parseDetachKeys(text)).toEqual(bytes))

  test.each(['ctrl-', 'ctrl-ä', 'alt-x', 'a,,b', 'ab', '\n'])('%j is refused', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(/is not a key/)
  })
})

describe('the filter', () => {
  test('lets everything else through at once', () => {
    expect(type(defaultDetachKeys, 'ls -l\r', '\x03')).toBe('ls -l\r\x03')
  })

  test('detaches on the sequence, in one piece or apart, and forwards nothing of it', () => {
    expect(type(defaultDetachKeys, `x${P}${Q}`)).toBe('x|')
    expect(type(defaultDetachKeys, 'x', P, Q)).toBe('x|')
  })

  test('hands over a start that led nowhere, in order', () => {
    expect(type(defaultDetachKeys, P, 'a')).toBe(`${P}a`)
    expect(type(defaultDetachKeys, `${P}${P}`, 'b')).toBe(`${P}${P}b`)
  })

  test('sees a sequence that begins inside a failed one', () => {
    expect(type(defaultDetachKeys, `${P}${P}${Q}`)).toBe(`${P}|`)
    expect(type('a,a,b', 'aaab')).toBe('a|')
  })

  test('drops what was typed after the sequence in the same piece', () => {
    expect(type(defaultDetachKeys, `${P}${Q}rm -rf x\r`)).toBe('|')
  })

  test('is off with no keys', () => {
    expect(type('', `${P}${Q}`)).toBe(`${P}${Q}`)
  })

  test('keeps bytes that are not text', () => {
    const filter = createDetachFilter(parseDetachKeys(defaultDetachKeys))
    const bytes = Buffer.from([0, 255, 128, 13, 10])
    expect(filter(bytes).forward).toEqual(bytes)
  })
})
