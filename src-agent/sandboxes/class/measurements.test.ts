import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AgentEvent } from '#contract/observe'
import { middle, openMeasurements } from './measurements.ts'
import { watchStarts } from './watch-starts.ts'

let folder: string
let path: string
const fail = (error: unknown) => {
  throw error
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jy-m-'))
  path = join(folder, 'measurements.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('medians of the latest figures come back from the file', async () => {
  const first = openMeasurements(path, fail)
  for (const ms of [900, 10, 20, 30]) first.note('startMs', 'container', ms)
  await first.saved()
  const second = openMeasurements(path, fail)
  expect(second.median('startMs', 'container')).toBe(25)
  expect(second.median('startMs', 'gvisor')).toBeNull()
  for (let index = 0; index < 20; index += 1) second.note('startMs', 'container', 5)
  expect(second.median('startMs', 'container')).toBe(5)
  await second.saved()
})

test('a damaged file costs the figures and nothing else', async () => {
  writeFileSync(path, '{"startMs": 7')
  const measurements = openMeasurements(path, fail)
  expect(measurements.conversionMs({ bytes: 1, entries: 1 })).toBeNull()
  measurements.noteConversion({ bytes: 64 * 1024 * 500, entries: 0 }, 200)
  await measurements.saved()
  expect(measurements.conversionMs({ bytes: 0, entries: 0 })).toBe(100)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ conversionMsPerUnit: [0.2] })
})

test('the middle of two is between them, and of none is nothing', () => {
  expect([middle([4, 2]), middle([3, 1, 2]), middle([])]).toEqual([3, 2, null])
})

test('a start is measured from its wish to its running, and only then', () => {
  const noted: unknown[] = []
  let now = 0
  let emit: (event: AgentEvent) => void = () => undefined
  const subscribe = (listener: typeof emit) => {
    emit = listener
    return () => undefined
  }
  watchStarts({ subscribe }, { note: (...all) => void noted.push(all) }, () => now)
  const say = (id: string, state: string, at: number) => {
    now = at
    emit({ type: 'sandbox.changed', sandbox: { id, state, class: 'gvisor' } } as unknown as AgentEvent)
  }
  say('a', 'running', 5)
  say('a', 'starting', 10)
  say('b', 'starting', 11)
  say('b', 'stopped', 12)
  say('b', 'running', 13)
  say('a', 'running', 40)
  say('a', 'running', 50)
  expect(noted).toEqual([['startMs', 'gvisor', 30]])
})
