import { expect, test } from 'vitest'
import { awaitPaused } from './await-paused.ts'
import type { Phase } from './flavour.ts'

function setUp(phases: readonly Phase[], patienceMs = 10_000) {
  const calls: string[] = []
  let turn = 0
  const waiting = {
    phase: async () => {
      calls.push('phase')
      return phases[Math.min(turn++, phases.length - 1)] ?? 'absent'
    },
    resume: async () => void calls.push('resume'),
    patienceMs,
  }
  return { calls, wait: () => awaitPaused(waiting) }
}

test('a pause is over when the last process is frozen, not when the first is', async () => {
  const { calls, wait } = setUp(['running', 'running', 'paused'])
  await wait()
  expect(calls).toEqual(['phase', 'phase', 'phase'])
})

test.each<Phase>(['stopped', 'absent'])('what ends meanwhile is not waited for: %s', async (phase) => {
  const { calls, wait } = setUp(['running', phase])
  await wait()
  expect(calls).toEqual(['phase', 'phase'])
})

test('what cannot be frozen goes on, and the pause has failed', async () => {
  const { calls, wait } = setUp(['running'], 0)
  await expect(wait()).rejects.toMatchObject({ wire: { reason: 'pause-incomplete', params: { seconds: 0 } } })
  expect(calls).toEqual(['phase', 'resume'])
})
