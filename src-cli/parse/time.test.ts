import { describe, expect, test } from 'vitest'
import { parseDuration, parseGrace, parseSince } from './time.ts'

const now = new Date('2026-03-01T12:00:00.000Z')

describe('durations', () => {
  test.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5s', 1500],
    ['10', 10_000],
    ['2d', 172_800_000],
  ])('%s is %d ms', (text, ms) => expect(parseDuration('--timeout', text)).toBe(ms))

  test.each(['', '-1s', '10x', 's', '1h-3m', '1 m'])('%j is refused', (text) => {
    expect(() => parseDuration('--timeout', text)).toThrow(/not a duration/)
  })
})

describe('grace', () => {
  test('is whole seconds up to ten minutes', () => {
    expect(parseGrace('-t', '0')).toBe(0)
    expect(parseGrace('-t', '600')).toBe(600_000)
  })

  test.each(['-1', '601', '1.5', 'soon', ''])('%j is refused', (text) => {
    expect(() => parseGrace('-t', text)).toThrow(/not a number of seconds/)
  })
})

describe('since', () => {
  test.each([
    ['10m', '2026-03-01T11:50:00.000Z'],
    ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.000Z'],
    ['2026-02-28T10:00:00.5+02:00', '2026-02-28T08:00:00.500Z'],
    ['1772366400', '2026-03-01T12:00:00.000Z'],
  ])('%s is %s', (text, moment) => expect(parseSince('--since', text, now)).toBe(moment))

  test.each(['', 'yesterday', '2026-13-01', '-10m', '99999999999999999999'])('%j is refused', (text) => {
    expect(() => parseSince('--since', text, now)).toThrow(/not a time/)
  })
})
