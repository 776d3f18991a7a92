import { expect, test } from 'vitest'
import type { Driver } from '../engines/driver.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { createFreezer } from './freeze.ts'

type Phase = Awaited<ReturnType<Driver['phase']>>

function setUp(state: string, more: Partial<Record<'pause' | 'resume' | 'flushDisk', () => Promise<void>>> = {}) {
  const calls: string[] = []
  const puts: string[] = []
  let phase: Phase = 'running'
  const note = (name: 'pause' | 'resume' | 'flushDisk') => async () => {
    calls.push(name)
    await more[name]?.()
  }
  const driver = {
    pause: note('pause'),
    resume: note('resume'),
    flushDisk: note('flushDisk'),
    phase: async () => phase,
  }
  const record = { sandbox: { id: 'x', name: 'box', state, class: 'container' } } as unknown as SandboxRecord
  const deps = {
    drivers: new Map([['container', driver]]),
    folder: { sandbox: () => ({}) },
    records: { get: () => record, put: ({ sandbox }: SandboxRecord) => puts.push(sandbox.state) },
  }
  const freezer = createFreezer(deps as never, record)
  const work = async () => void calls.push('work')
  return { freezer, calls, puts, work, become: (now: Phase) => (phase = now) }
}

test('a running sandbox is flushed, held, and let go on, and the time is measured', async () => {
  const { freezer, calls, work } = setUp('running')
  await freezer.freeze(work)
  expect(calls).toEqual(['flushDisk', 'pause', 'work', 'resume'])
  expect(freezer.pauseMs()).toBeGreaterThan(0)
})

test.each(['paused', 'stopped', 'created'])('one that is %s is left as it is', async (state) => {
  const { freezer, calls, work } = setUp(state)
  await freezer.freeze(work)
  expect(calls).toEqual(['work'])
  expect(freezer.pauseMs()).toBe(0)
})

test('it goes on also where the work fails', async () => {
  const { freezer, calls } = setUp('running')
  await expect(freezer.freeze(() => Promise.reject(new Error('full')))).rejects.toThrow('full')
  expect(calls.at(-1)).toBe('resume')
})

test('one that ends meanwhile does not run anyway', async () => {
  const bench = setUp('running', { pause: () => Promise.reject(new Error('no such process')) })
  bench.become('stopped')
  await bench.freezer.freeze(bench.work)
  expect(bench.calls).toEqual(['flushDisk', 'pause', 'work'])
})

test('one that cannot be held although it runs is not copied', async () => {
  const bench = setUp('running', { pause: () => Promise.reject(new Error('refused')) })
  await expect(bench.freezer.freeze(bench.work)).rejects.toThrow('refused')
  expect(bench.calls).not.toContain('work')
})

test('one that does not go on is on record as paused, and that is reported', async () => {
  const bench = setUp('running', { resume: () => Promise.reject(new Error('stuck')) })
  const frozen = bench.freezer.freeze(async () => void bench.become('paused'))
  await expect(frozen).rejects.toMatchObject({ wire: { reason: 'resume-failed' } })
  expect(bench.puts).toEqual(['paused'])
})
