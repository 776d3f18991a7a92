import { expect, test, vi } from 'vitest'
import type { Driver } from '../engines/driver.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { endMainProcess } from './end-process.ts'
import type { Endings } from './endings.ts'

/** A driver and what was requested, in order. The guest ends after the call that `endsAfter` begins. */
interface Traits {
  readonly endsAfter: string
  readonly sharesProcesses: boolean
  readonly state?: 'running' | 'paused'
  /** What the engine says, where that is something else. */
  readonly phase?: 'paused'
  readonly highestSignal?: number
  readonly stopWith?: string
  readonly handlesSignal?: () => Promise<boolean>
}

function setUp({ endsAfter, ...traits }: Traits) {
  const calls: string[] = []
  const isOver = () => calls.some((call) => call.startsWith(endsAfter))
  const driver = {
    sharesProcesses: traits.sharesProcesses,
    ...(traits.highestSignal !== undefined && { highestSignal: traits.highestSignal }),
    ...(traits.handlesSignal && { handlesSignal: traits.handlesSignal }),
    kill: vi.fn(async (_id: string, signal: string, { all = false } = {}) => {
      calls.push(`kill ${signal}${all ? ' all' : ''}`)
    }),
    resume: vi.fn(async () => void calls.push('resume')),
    phase: async () =>
      (traits.phase ?? traits.state) === 'paused' && !calls.includes('resume') ? 'paused' : 'running',
    findProcesses: async () => null,
  } as unknown as Driver
  const deps = {
    folder: { sandbox: () => null },
    drivers: new Map([['container', driver]]),
    images: { find: () => ({ config: { stopSignal: 'USR1' } }) },
  } as unknown as Parameters<typeof endMainProcess>[0]
  const wait = async (_id: string, waitMs: number) => {
    calls.push(`wait ${waitMs}`)
    return isOver()
  }
  const endings = { settleWithin: wait, settleWithGrace: wait } as unknown as Endings
  const about = { id: 'aaaa0000bbbb', pid: 1, class: 'container', state: traits.state ?? 'running', imageDigest: '' }
  const sandbox = { ...about, spec: { stopWith: traits.stopWith ?? null } }
  const end = (graceMs: number) => endMainProcess(deps, endings, { sandbox, lease: null } as SandboxRecord, graceMs)
  return { calls, end }
}

test('a guest whose processes the host does not see is asked, and gets its grace', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 9', sharesProcesses: false })
  await end(700)
  expect(calls).toEqual(['kill 10', 'wait 700', 'kill 9 all', 'wait 500'])
})

test('one that says that it would not notice is not waited for', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 9', sharesProcesses: false, handlesSignal: async () => false })
  await end(700)
  expect(calls).toEqual(['kill 9 all', 'wait 500'])
})

test.each([
  ['says that it would notice', async () => true],
  ['does not answer', () => Promise.reject(new Error('It is busy.'))],
])('one that %s gets its grace', async (_what, handlesSignal) => {
  const { calls, end } = setUp({ endsAfter: 'kill 10', sharesProcesses: false, handlesSignal })
  await end(700)
  expect(calls).toEqual(['kill 10', 'wait 700'])
})

test('one that ends when asked is not killed', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 10', sharesProcesses: false })
  await end(700)
  expect(calls).toEqual(['kill 10', 'wait 700'])
})

test('a paused guest with a kernel of its own goes on before it is asked', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 10', sharesProcesses: false, state: 'paused' })
  await end(700)
  expect(calls).toEqual(['resume', 'kill 10', 'wait 700'])
})

test('without grace nobody is asked', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 9', sharesProcesses: false })
  await end(0)
  expect(calls).toEqual(['kill 9 all', 'wait 500'])
})

test('an image whose stop signal the class cannot send is sent TERM', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 15', sharesProcesses: false, highestSignal: 9 })
  await end(700)
  expect(calls).toEqual(['kill 15', 'wait 700'])
})

test('the signal that was chosen for the sandbox goes before the image’s', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 2', sharesProcesses: false, stopWith: 'SIGINT' })
  await end(700)
  expect(calls).toEqual(['kill 2', 'wait 700'])
})

test('one that does not end although it was killed may be paused without being on record as such', async () => {
  const { calls, end } = setUp({ endsAfter: 'resume', sharesProcesses: true, phase: 'paused' })
  await end(0)
  expect(calls).toEqual(['kill 9 all', 'wait 500', 'resume', 'wait 15000'])
})

test('one that is on record as paused goes on at once, so that it can end', async () => {
  const { calls, end } = setUp({ endsAfter: 'kill 9', sharesProcesses: true, state: 'paused' })
  await end(0)
  expect(calls).toEqual(['kill 9 all', 'resume', 'wait 15000'])
})
