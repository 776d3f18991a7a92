import { expect, test } from 'vitest'
import { Interference } from '#contract/isolation'
import { sayText } from '#contract/language'
import { interferenceSentences } from '#contract/sentences/interference'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { attribute } from './attribute.ts'
import type { Counters } from './counters.ts'
import { createWindow, hostShares, type Shares, sharesOf } from './window.ts'

function make(digit: string, more: Partial<Shares> = {}): Shares {
  return {
    id: digit.repeat(12),
    name: `box-${digit}`,
    cpuCores: 0,
    cpuWait: 0,
    throttled: 0,
    memoryWait: 0,
    ioWait: 0,
    reclaim: 0,
    hitOwnLimit: false,
    ...more,
  }
}

const { 'calm-cpu': _, 'calm-memory': __, ...sentencesOfWho } = interferenceSentences
const host = { cores: 2, busyCores: 2, stolenCores: 0 }

test('who burns while another waits is named, with the limit that would calm it', () => {
  const [found, ...others] = attribute([make('a', { cpuCores: 0.2, cpuWait: 0.6 }), make('b', { cpuCores: 1.8 })], host)
  expect(others).toEqual([])
  expect(Interference.parse(found)).toEqual({
    victim: 'a'.repeat(12),
    culprit: 'b'.repeat(12),
    resource: 'cpu',
    strength: 0.55,
    sentence: 'box-a waited for a processor 60 % of the time, while box-b had 90 % of the processor time in use.',
    suggestion: {
      ref: 'box-b',
      cpus: 1.2,
      memoryBytes: null,
      sentence: 'Limit box-b to 1.2 cores, so that the others get what they ask for.',
      wording: { reason: 'calm-cpu', params: { name: 'box-b', cores: 1.2 } },
    },
    wording: {
      reason: 'interference-cpu',
      params: { victim: 'box-a', waited: 60, culprit: 'box-b', used: 90 },
    },
  })
})

test('every resource has a sentence of its own, which its wording says again', () => {
  const held = ['a', 'b'].map((digit) => ({ id: digit.repeat(12), memoryBytes: 2 ** 30, ioRate: 1000 }))
  const waits = make('a', { cpuCores: 0.2, cpuWait: 0.6, memoryWait: 0.5, ioWait: 0.5 })
  const found = attribute([waits, make('b', { cpuCores: 1.8 })], host, held)
  expect(new Set(found.map(({ wording }) => wording?.reason))).toEqual(new Set(Object.keys(sentencesOfWho)))
  for (const { sentence, wording, suggestion } of found) {
    expect(sayText(sentence, wording, null)).toBe(sentence)
    expect(sayText(sentence, wording, pseudoLanguage)).toBe(`[${wording?.reason}: ${sentence}]`)
    const limit = suggestion && sayText(suggestion.sentence, suggestion.wording, pseudoLanguage)
    expect(limit).toBe(suggestion && `[${suggestion.wording?.reason}: ${suggestion.sentence}]`)
  }
})

test('bound to one processor both, the culprit is asked for half of what it has', () => {
  const [found] = attribute([make('a', { cpuCores: 0.5, cpuWait: 0.5 }), make('b', { cpuCores: 0.5 })], {
    ...host,
    busyCores: 1,
  })
  expect(found?.suggestion?.cpus).toBe(0.3)
})

test('what a sandbox does to itself, and what programs outside do, is nobody’s fault here', () => {
  const crowded = make('a', { cpuCores: 1.95, cpuWait: 0.9 })
  expect(attribute([crowded, make('b', { cpuCores: 0.05 })], host)).toEqual([])
  const waiting = make('a', { cpuCores: 0.05, cpuWait: 0.9 })
  expect(attribute([waiting, make('b', { cpuCores: 0.05 })], host)).toEqual([])
})

test('everyday waiting is no disturbance', () => {
  expect(attribute([make('a', { cpuCores: 0.1, cpuWait: 0.05 }), make('b', { cpuCores: 1.9 })], host)).toEqual([])
})

test('memory is blamed on who holds it, unless the victim hits its own limit', () => {
  const holdings = [
    { id: 'a'.repeat(12), memoryBytes: 100 * 2 ** 20, ioRate: 0 },
    { id: 'b'.repeat(12), memoryBytes: 900 * 2 ** 20, ioRate: 0 },
  ]
  const waits = make('a', { memoryWait: 0.5 })
  expect(attribute([waits, make('b')], host, holdings)).toEqual([
    expect.objectContaining({
      resource: 'memory',
      strength: 0.45,
      suggestion: expect.objectContaining({ ref: 'box-b', cpus: null, memoryBytes: 912 * 2 ** 20 }) as unknown,
    }),
  ])
  expect(attribute([{ ...waits, hitOwnLimit: true }, make('b')], host, holdings)).toEqual([])
})

test('disks are blamed on who moves the most, without a limit that there is not', () => {
  const holdings = [{ id: 'b'.repeat(12), memoryBytes: 0, ioRate: 1e8 }]
  expect(attribute([make('a', { ioWait: 0.3 }), make('b')], host, holdings)).toEqual([
    expect.objectContaining({ resource: 'io', strength: 0.3, suggestion: null }),
  ])
})

test('of many culprits the five worst are named, the worst first', () => {
  const many = Array.from({ length: 8 }, (_, index) => make(String(index + 1), { cpuCores: 1 + index / 100 }))
  const found = attribute([make('a', { cpuWait: 1 }), ...many], { ...host, cores: 8, busyCores: 8 })
  expect(found.filter(({ victim }) => victim === 'a'.repeat(12)).map(({ culprit }) => culprit[0])).toEqual([
    '8',
    '7',
    '6',
    '5',
    '4',
  ])
})

const counters = (more: Partial<Counters>): Counters => ({
  cpuUs: 0,
  cpuWaitUs: 0,
  throttledUs: 0,
  memoryWaitUs: null,
  ioWaitUs: 0,
  reclaimed: null,
  ownLimitHits: 0,
  idleFor: 0,
  ...more,
})

test('waiting that one’s own limit caused is not waiting for others', () => {
  const span = {
    first: counters({}),
    last: counters({ cpuUs: 3e6, cpuWaitUs: 6e6, throttledUs: 5e6, ownLimitHits: 1 }),
    ms: 10_000,
  }
  expect(sharesOf({ id: 'x', name: 'x' }, span)).toMatchObject({
    cpuCores: 0.3,
    throttled: 0.5,
    cpuWait: expect.closeTo(0.1) as unknown,
    memoryWait: null,
    hitOwnLimit: true,
  })
})

test('counters that fall are no negative time', () => {
  const span = { first: counters({ cpuUs: 5, cpuWaitUs: 9 }), last: counters({}), ms: 1000 }
  expect(sharesOf({ id: 'x', name: 'x' }, span)).toMatchObject({ cpuCores: 0, cpuWait: 0 })
})

test('the window slides, and covers as much time as it has', () => {
  const window = createWindow<number>(10_000)
  expect(window.span()).toBeNull()
  for (let second = 0; second <= 30; second += 1) window.add(second * 1000, second)
  expect(window.span()).toEqual({ first: 20, last: 30, ms: 10_000 })
  expect(window.latest()).toBe(30)
  expect(
    hostShares(2, { first: { busyUs: 0, stolenUs: 0 }, last: { busyUs: 5e6, stolenUs: 1e6 }, ms: 10_000 }),
  ).toEqual({
    cores: 2,
    busyCores: 0.5,
    stolenCores: 0.1,
  })
})
