import { describe, expect, test } from 'vitest'
import { createOutputFilter, type OutputRule } from './output-filter.ts'

const filter = (rule: OutputRule, text: string) => createOutputFilter(rule).pass(text).toString('utf8')

/** Each of these makes a terminal answer with fixed words, if anything. */
const questions: readonly (readonly [string, string])[] = [
  ['device attributes', '\x1b[c'],
  ['secondary device attributes', '\x1b[>0c'],
  ['tertiary device attributes', '\x1b[=c'],
  ['status', '\x1b[5n'],
  ['cursor position', '\x1b[6n'],
  ['extended cursor position', '\x1b[?6n'],
  ['mode report', '\x1b[?2026$p'],
  ['keyboard report', '\x1b[?u'],
  ['terminal parameters', '\x1b[x'],
  ['version of the terminal', '\x1b[>0q'],
  ['size of the window', '\x1b[18t'],
  ['colour of the background', '\x1b]11;?\x07'],
  ['colour of the palette', '\x1b]4;1;?\x1b\\'],
  ['answerback', '\x05'],
  ['identification', '\x1bZ'],
]

/** Never shown, in no rule. */
const hostile: readonly (readonly [string, string])[] = [
  ['setting the clipboard', '\x1b]52;c;ZXZpbA==\x07'],
  ['setting it, ended by ST', '\x1b]52;p;ZXZpbA==\x1b\\'],
  ['setting it, by C1', '\u009d52;c;ZXZpbA==\u009c'],
  ['reading the clipboard', '\x1b]52;c;?\x07'],
  ["kitty's clipboard", '\x1b]5522;type=write\x07'],
  ["iTerm's files and clipboard", '\x1b]1337;File=name=eA==:eA==\x07'],
  ['reading the title', '\x1b[21t'],
  ["reading the icon's title", '\x1b[20t'],
  ['asking for settings', '\x1bP$q"p\x1b\\'],
  ['asking for capabilities', '\x1bP+q544e\x1b\\'],
  ['a check sum of the screen', '\x1b[1;1;1;1;9;9*y'],
  ['handing on through tmux', '\x1bPtmux;\x1b\x1b]52;c;ZXZpbA==\x07\x1b\\'],
  ["kitty's pictures, which read files", '\x1b_Gt=f,a=T;L2V0Yy9wYXNzd2Q=\x1b\\'],
  ['private messages', '\x1b^x\x1b\\'],
]

/** Drawing that programs on a terminal live by. */
const drawing: readonly (readonly [string, string])[] = [
  ['colours', '\x1b[1;38;5;8mred\x1b[0m'],
  ['cursor', '\x1b[2J\x1b[H\x1b[10;20Hx\x1b[?25l'],
  ['alternate screen', '\x1b[?1049h'],
  ['title', '\x1b]0;web\x07'],
  ['links', '\x1b]8;;https://example.org\x1b\\text\x1b]8;;\x1b\\'],
  ['character sets', '\x1b(0lqk\x1b(B'],
  ['sixels', '\x1bPq#0;2;0;0;0~-\x1b\\'],
  ['letters of all kinds', 'größe Â 漢字 \u00a0 é\r\n'],
  ['control characters', 'a\bb\tc\x07\r\n'],
]

describe.each(['lines', 'quiet'] as const)('%s', (rule) => {
  test.each([...questions, ...hostile])('%s is left out', (_what, sequence) => {
    expect(filter(rule, `before${sequence}after`)).toBe('beforeafter')
  })
})

describe('a session', () => {
  test.each(questions)('the question for %s passes', (_what, sequence) => {
    expect(filter('session', sequence)).toBe(sequence)
  })
  test.each(hostile)('%s is left out', (_what, sequence) => {
    expect(filter('session', `before${sequence}after`)).not.toMatch(/52|ZXZpbA/)
  })
})

test.each(drawing)('%s pass in a terminal as they are', (_what, sequence) => {
  for (const rule of ['quiet', 'session'] as const) expect(filter(rule, sequence)).toBe(sequence)
})

test('lines keep text, colours and ends of lines, and nothing else', () => {
  const text = 'ok \x1b[32mgreen\x1b[0m\ttab\r\n\x1b]0;title\x07\x1b[2J\x1b[Hover\x1b(0 \x08\x07größe 漢字\u009b31mC1\n'
  expect(filter('lines', text)).toBe('ok \x1b[32mgreen\x1b[0m\ttab\nover größe 漢字\u009b31mC1\n')
})

test('a line is never written over', () => {
  expect(filter('lines', '10 %\r20 %\rdone\r\nnext\r\r\n')).toBe('10 %\n20 %\ndone\nnext\n')
})

test.each(['quiet', 'session', 'lines'] as const)('%s: it does not matter where the output is cut', (rule) => {
  const text = [...questions, ...hostile, ...drawing].map(([, sequence]) => sequence).join('x')
  const bytes = Buffer.from(text)
  const whole = createOutputFilter(rule).pass(bytes)
  const parts = createOutputFilter(rule)
  expect(Buffer.concat([...bytes].map((byte) => parts.pass(Uint8Array.of(byte))))).toEqual(whole)
})

test('bytes that are no text, and sequences that are cut off, hold up nothing', () => {
  const odd = Buffer.from('a\xc2b\xff\x80\x1b[3\x1b[31mc\x1b]52;c;evil\x18d\x1b]52;c;\x1b[32me\x1b[\n5mf', 'latin1')
  expect(createOutputFilter('quiet').pass(odd).toString('latin1')).toBe('a\xc2b\xff\x80\x1b[31mcd\x1b[32me\n\x1b[5mf')
})

test('a sequence without an end takes no more memory than is allowed', () => {
  const parts = createOutputFilter('session')
  parts.pass('\x1b]0;')
  for (let index = 0; index < 80; index += 1) expect(parts.pass('x'.repeat(65_536)).length).toBe(0)
  expect(parts.pass('\x07after').toString()).toBe('after')
})
