import { expect, test } from 'vitest'
import type { LogLine } from '#contract/observe'
import { createLineChoice } from './line-choice.ts'

const line = (text: string, more: Partial<LogLine> = {}): LogLine => ({
  ...{ at: '2026-01-01T00:00:00.000Z', stream: 'stdout', text, partial: false },
  ...more,
})
function choose(lines: readonly LogLine[], wanted: Partial<Parameters<typeof createLineChoice>[0]>) {
  const choice = createLineChoice({ until: null, grep: null, ...wanted })
  return { shown: lines.flatMap((each) => choice.take(each)).map(({ text }) => text), over: choice.isOver() }
}

test('without a wish every line is shown', () => {
  expect(choose([line('a'), line('b')], {})).toEqual({ shown: ['a', 'b'], over: false })
})

test('a line that comes in parts is looked at as a whole', () => {
  const parts = [line('need', { partial: true }), line('le', { partial: true }), line(' in hay'), line('hay')]
  expect(choose(parts, { grep: 'needle' }).shown).toEqual(['need', 'le', ' in hay'])
})

test('the two streams do not make one line', () => {
  const lines = [line('nee', { partial: true }), line('dle', { stream: 'stderr' }), line('x')]
  expect(choose(lines, { grep: 'needle' }).shown).toEqual([])
})

test('a line without an end is not held for ever', () => {
  const long = line('x'.repeat(1024 * 1024), { partial: true })
  expect(choose([long, line('needle', { partial: true }), line('end')], { grep: 'needle' }).shown).toEqual([])
  const found = [line('needle', { partial: true }), line('more', { partial: true })]
  expect(choose(found, { grep: 'needle' }).shown).toEqual(['needle', 'more'])
})

test('what is later than the end ends it', () => {
  const late = line('late', { at: '2026-01-02T00:00:00.000Z' })
  expect(choose([line('a'), late], { until: '2026-01-01T12:00:00.000Z' })).toEqual({ shown: ['a'], over: true })
})
