import { describe, expect, test } from 'vitest'
import { sanitize, sanitizeLines } from './sanitize.ts'
import { formatTable, shorten, wantsColours } from './table.ts'
import { count, formatAgo, formatArgv, formatSpan } from './words.ts'

describe('the sanitizer', () => {
  test.each([
    ['plain ünïcode 漢字 🙂', 'plain ünïcode 漢字 🙂'],
    ['\x1b[2J', '\\e[2J'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\x00\x07\x7f\x9b', '\\x00\\x07\\x7f\\x9b'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u2028\u2066\u200f', '\\u2028\\u2066\\u200f'],
  ])('shows %j as %s', (text, shown) => expect(sanitize(text)).toBe(shown))

  test('keeps lines where lines are meant', () => {
    expect(sanitizeLines('a\nb\x1b')).toBe('a\nb\\e')
  })
})

describe('tables', () => {
  const columns = [
    { title: 'NAME', cell: ({ name }: { name: string }) => name },
    { title: 'SIZE', cell: ({ size }: { size: string }) => size, align: 'right' as const },
    { title: 'LAST', cell: () => ({ text: 'x', colour: 'red' as const }) },
  ]
  const rows = [
    { name: 'a', size: '1 B' },
    { name: 'longer', size: '100 B' },
  ]

  test('align columns and leave no blanks at the end', () => {
    expect(formatTable(columns, rows, { colours: false })).toEqual([
      'NAME      SIZE   LAST',
      'a          1 B   x',
      'longer   100 B   x',
    ])
  })

  test('colour only where requested', () => {
    const [, line] = formatTable(columns, rows, { colours: true })
    expect(line).toBe('a          1 B   \x1b[31mx\x1b[39m')
  })

  test('show what a guest wrote without obeying it', () => {
    const lines = formatTable(columns, [{ name: '\x1b]0;x\x07\nfake', size: '' }], { colours: false })
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(/^\\e\]0;x\\x07\\nfake/)
  })

  test('colours need a terminal and no NO_COLOR', () => {
    expect(wantsColours({ isTTY: true }, {})).toBe(true)
    expect(wantsColours({ isTTY: true }, { NO_COLOR: '' })).toBe(true)
    expect(wantsColours({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
    expect(wantsColours({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
    expect(wantsColours({}, {})).toBe(false)
  })

  test('shorten by characters, not by halves of them', () => {
    expect(shorten('abcdef', 6)).toBe('abcdef')
    expect(shorten('🙂🙂🙂🙂', 3)).toBe('🙂🙂…')
  })
})

describe('words', () => {
  test('spans take the largest unit that fits', () => {
    expect(formatSpan(1000)).toBe('1 second')
    expect(formatSpan(119_000)).toBe('1 minute')
    expect(formatSpan(3 * 86_400_000)).toBe('3 days')
    expect(formatSpan(-5)).toBe('0 seconds')
    expect(formatAgo('2026-01-01T00:00:00Z', new Date('2026-01-01T02:00:00Z'))).toBe('2 hours ago')
  })

  test('plurals', () => {
    expect([count(1, 'sandbox'), count(2, 'sandbox'), count(0, 'image')]).toEqual([
      '1 sandbox',
      '2 sandboxes',
      '0 images',
    ])
  })

  test('arguments are quoted where a shell would need it', () => {
    expect(formatArgv(['sh', '-c', "echo 'hi' $X", ''])).toBe("sh -c 'echo '\\''hi'\\'' $X' ''")
  })
})
