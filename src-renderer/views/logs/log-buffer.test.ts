import { expect, test } from 'vitest'
import type { LogLine } from '#contract/observe'
import { appendLines, keptLines, searchLines } from './log-buffer.ts'

const line = (text: string, changes: Partial<LogLine> = {}): LogLine => ({
  ...{ at: '2026-01-01T00:00:00.000000000Z', stream: 'stdout', text, partial: false },
  ...changes,
})
const texts = (lines: readonly LogLine[][]): string[] =>
  lines.reduce(appendLines, [] as ReturnType<typeof appendLines>).map(({ text }) => text)

test('parts of a line are joined, over messages too', () => {
  expect(texts([[line('a', { partial: true })], [line('b', { partial: true }), line('c')], [line('d')]])).toEqual([
    'abc',
    'd',
  ])
})

test('parts of the two streams do not mix', () => {
  const lines = [line('out', { partial: true }), line('err', { stream: 'stderr' }), line('put')]
  expect(texts([lines])).toEqual(['output', 'err'])
})

test('escape sequences of the guest are not shown', () => {
  expect(texts([[line('\u001b[31mred\u001b[0m\r')]])).toEqual(['red'])
})

test('old lines are dropped beyond the limit, and numbers count on', () => {
  const many = Array.from({ length: keptLines + 5 }, (_, index) => line(String(index)))
  const shown = appendLines([], many)
  expect(shown).toHaveLength(keptLines)
  expect(shown[0]).toMatchObject({ text: '5', number: 6 })
  expect(appendLines(shown, [line('next')]).at(-1)?.number).toBe(keptLines + 6)
})

test('a search ignores case and keeps the order', () => {
  const shown = appendLines([], [line('Error one'), line('fine'), line('error two')])
  expect(searchLines(shown, 'ERROR').map(({ text }) => text)).toEqual(['Error one', 'error two'])
  expect(searchLines(shown, ' ')).toBe(shown)
})
