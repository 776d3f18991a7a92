import { expect, test } from 'vitest'
import type { Driver } from '../../driver.ts'
import { createKill } from './send-signal.ts'

type Phase = Awaited<ReturnType<Driver['phase']>>

function setUp(phases: Phase[], signalMain: () => Promise<void> = async () => undefined) {
  const calls: string[] = []
  const kill = createKill(
    {
      kill: async (_id, signal) => void calls.push(`runtime ${signal}`),
      phase: async () => (phases.length > 1 ? phases.shift() : phases[0]) ?? 'absent',
      pause: async () => void calls.push('pause'),
      resume: async () => void calls.push('resume'),
    },
    {
      async signalMain(_id, number) {
        calls.push(`inside ${number}`)
        await signalMain()
      },
    },
  )
  return { calls, send: (signal: string) => kill('0123456789ab', signal) }
}

test.each([
  ['a signal that the runtime knows is its own', 'TERM', ['running'], ['runtime TERM']],
  ['the last of those too', '31', ['running'], ['runtime 31']],
  ['a real-time signal comes from inside', '37', ['running'], ['inside 37']],
  ['one that is paused goes on for it', '64', ['paused', 'running'], ['resume', 'inside 64', 'pause']],
  ['one that it ends is not paused again', '64', ['paused', 'stopped'], ['resume', 'inside 64']],
  ['what does not run yet, or no more, gets none', '37', ['created'], []],
  ['what is gone gets none either', '37', ['absent'], []],
] as const)('%s', async (_rule, signal, phases, expected) => {
  const { calls, send } = setUp([...phases])
  await send(signal)
  expect(calls).toEqual(expected)
})

test('that the helper ends with the sandbox is no failure, and that it cannot be run is one', async () => {
  const fails = async () => {
    throw new Error('connection refused')
  }
  await expect(setUp(['running', 'stopped'], fails).send('37')).resolves.toBeUndefined()
  await expect(setUp(['running'], fails).send('37')).rejects.toMatchObject({ wire: { reason: 'signal-failed' } })
})
