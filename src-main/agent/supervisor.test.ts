import { expect, test, vi } from 'vitest'
import type { AgentLink } from '#contract/app'
import { AppError } from '#contract/app-error'
import { linkError } from '#contract/client/transport'
import { Supervisor } from './supervisor.ts'

const stopped = () => linkError(Object.assign(new Error('no socket'), { code: 'ENOENT' }))
const crashed = () => linkError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
const silent = () =>
  new AppError({ code: 'timeout', reason: 'agent-not-answering', message: 'The agent does not answer.' })

/** A host with its own clock, where `agent` is what a check meets; runs the supervisor for a while of that clock. */
function setUp(first: Error | null) {
  const host = { agent: first, time: 0, startFails: null as Error | null }
  const links: AgentLink[] = []
  const start = vi.fn(async () => {
    if (host.startFails) throw host.startFails
    host.agent = null
  })
  const events: { at: number; act: () => void }[] = []
  const deps = {
    check: async () => {
      if (host.agent) throw host.agent
    },
    start,
    now: () => host.time,
    onDidChange: (link: AgentLink) => void links.push(link),
    sleep: async (milliseconds: number) => {
      host.time += milliseconds
      for (const event of events.splice(0).filter(keepFuture)) events.push(event)
      if (host.time >= until) supervisor.dispose()
    },
  }
  const keepFuture = (event: { at: number; act: () => void }): boolean => {
    if (event.at > host.time) return true
    event.act()
    return false
  }
  let until = 0
  const supervisor = new Supervisor(deps)
  const runFor = async (milliseconds: number): Promise<void> => {
    until = milliseconds
    await supervisor.run()
  }
  const at = (time: number, act: () => void): void => void events.push({ at: time, act })
  return { host, links, start, supervisor, runFor, at }
}

const states = (links: readonly AgentLink[]): string[] => links.map(({ state }) => state)

test('an agent that runs is left alone', async () => {
  const { links, start, runFor } = setUp(null)

  await runFor(10_000)

  expect(states(links)).toEqual(['live'])
  expect(start).not.toHaveBeenCalled()
})

test.each([
  ['never ran', stopped],
  ['crashed before the window opened', crashed],
])('an agent that %s is started at once, without being called lost', async (_name, problem) => {
  const { links, start, runFor } = setUp(problem())

  await runFor(10_000)

  expect(states(links)).toEqual(['live'])
  expect(start).toHaveBeenCalledOnce()
})

test('an agent that crashes is shown as lost and started again after a pause', async () => {
  const { host, links, start, runFor, at } = setUp(null)
  at(5000, () => {
    host.agent = crashed()
  })

  await runFor(15_000)

  expect(states(links)).toEqual(['live', 'lost', 'live'])
  expect(start).toHaveBeenCalledOnce()
})

test('an agent that was stopped on purpose stays stopped, and is found when someone starts it', async () => {
  const { host, links, start, runFor, at } = setUp(null)
  at(5000, () => {
    host.agent = stopped()
  })
  at(60_000, () => {
    host.agent = null
  })

  await runFor(70_000)

  expect(states(links)).toEqual(['live', 'lost', 'live'])
  expect(start).not.toHaveBeenCalled()
})

test('an agent that cannot be started is tried a few times, and the reason of the last try stays', async () => {
  const { host, links, start, runFor } = setUp(stopped())
  host.startFails = new AppError({
    code: 'unavailable',
    reason: 'agent-start-failed',
    message: 'The agent could not be started.',
  })

  await runFor(120_000)

  expect(start).toHaveBeenCalledTimes(3)
  expect(links).toEqual([{ state: 'lost', error: expect.objectContaining({ reason: 'agent-start-failed' }) }])
})

test('an agent that crashes again and again is given up after five restarts', async () => {
  const { host, start, runFor, at } = setUp(null)
  at(5000, () => {
    host.agent = crashed()
  })
  start.mockImplementation(async () => undefined) // comes up and is gone before the next check

  await runFor(10 * 60_000)

  expect(start).toHaveBeenCalledTimes(5)
})

test('an agent that does not answer is not started a second time', async () => {
  const { links, start, runFor } = setUp(silent())

  await runFor(30_000)

  expect(states(links)).toEqual(['lost'])
  expect(start).not.toHaveBeenCalled()
})

test('a person can start it when the supervisor has given up', async () => {
  const { host, links, supervisor, start, runFor } = setUp(stopped())
  host.startFails = new AppError({
    code: 'unavailable',
    reason: 'agent-start-failed',
    message: 'The agent could not be started.',
  })
  await runFor(120_000)
  await expect(supervisor.start()).rejects.toThrow('could not be started')

  host.startFails = null
  await supervisor.start()

  expect(links.at(-1)).toEqual({ state: 'live' })
  expect(start).toHaveBeenCalledTimes(5)
})
