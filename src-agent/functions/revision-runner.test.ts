import { beforeEach, describe, expect, it } from 'vitest'
import { appError } from '#contract/app-error'
import { createRevisionRunner, mostWaiting, type RunnerPlan } from './revision-runner.ts'

const plan: RunnerPlan = {
  rule: {
    ...{ target: 1, total: 1, burst: 0, panicThreshold: 2, maxUpRate: 1000, maxDownRate: 2 },
    ...{ activationScale: 1, stableWindowMs: 60_000, downDelayMs: 0, reachable: true },
  },
  panicPercent: 10,
  concurrency: 1,
  min: 0,
  max: 3,
  graceMs: 30_000,
}

let now: number
let ticks: Set<() => void>
let started: PromiseWithResolvers<{ id: string }>[]
let stopped: string[]
const never = new AbortController().signal

beforeEach(() => {
  now = 0
  ticks = new Set()
  started = []
  stopped = []
})

function makeRunner(more: Partial<RunnerPlan> = {}, adopted: { id: string }[] = []) {
  return createRevisionRunner(
    {
      start() {
        const start = Promise.withResolvers<{ id: string }>()
        started.push(start)
        return start.promise
      },
      stop: async ({ id }) => void stopped.push(id),
      now: () => now,
      every(_ms, work) {
        ticks.add(work)
        return () => ticks.delete(work)
      },
      onError(error) {
        throw error
      },
    },
    { ...plan, ...more },
    adopted,
  )
}
/** So many seconds pass. */
async function pass(seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 1) {
    now += 1000
    for (const work of [...ticks]) work()
    await settle()
  }
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

describe('from zero', () => {
  it('starts one for the first request at once, and gives it its place', async () => {
    const runner = makeRunner()
    const place = runner.take(never)
    expect(started).toHaveLength(1)
    started[0]?.resolve({ id: 'a' })
    expect(await place).toMatchObject({ instance: { id: 'a' }, how: 'cold' })
  })

  it('has more with the next tick where more wait, up to the most that it may have', async () => {
    const runner = makeRunner()
    const places = Array.from({ length: 5 }, () => runner.take(never))
    expect(started).toHaveLength(1)
    await pass(2)
    expect(started).toHaveLength(3)
    for (const [index, each] of started.entries()) each.resolve({ id: `${index}` })
    await settle()
    expect(runner.state()).toMatchObject({ ready: 3, underWay: 3, waiting: 2 })
    for (const place of await Promise.all(places.slice(0, 3))) place.release()
    await Promise.all(places)
    expect(runner.state()).toMatchObject({ underWay: 2, waiting: 0 })
  })

  it('keeps the last one for the window and the grace after the last request, and no longer', async () => {
    const runner = makeRunner()
    const place = runner.take(never)
    started[0]?.resolve({ id: 'a' })
    ;(await place).release()
    await pass(88)
    expect(stopped).toEqual([])
    await pass(6)
    expect(stopped).toEqual(['a'])
    await pass(2)
    expect(ticks.size).toBe(0)
  })
})

describe('a line', () => {
  it('is left by who is gone, whose place nobody keeps', async () => {
    const runner = makeRunner()
    const client = new AbortController()
    const gone = runner.take(client.signal)
    const other = runner.take(never)
    client.abort()
    await expect(gone).rejects.toMatchObject({ wire: { reason: 'cancelled' } })
    started[0]?.resolve({ id: 'a' })
    expect((await other).instance.id).toBe('a')
    expect(runner.state()).toMatchObject({ waiting: 0, underWay: 1 })
  })

  it('has an end', async () => {
    const runner = makeRunner()
    const line = Array.from({ length: mostWaiting }, () => runner.take(never).catch(() => null))
    await expect(runner.take(never)).rejects.toMatchObject({ wire: { reason: 'function-overloaded' } })
    const closed = runner.close()
    started[0]?.reject(appError('cancelled'))
    await closed
    await Promise.all(line)
  })
})

describe('what cannot be started', () => {
  it('says so to all that wait, and is not tried again at once but later', async () => {
    const runner = makeRunner()
    const places = [runner.take(never), runner.take(never)]
    started[0]?.reject(appError('command-not-found', { program: 'nothing' }))
    for (const place of places) await expect(place).rejects.toMatchObject({ wire: { reason: 'command-not-found' } })
    await expect(runner.take(never)).rejects.toMatchObject({ wire: { reason: 'function-not-started' } })
    expect(started).toHaveLength(1)
    now += 1001
    const again = runner.take(never)
    expect(started).toHaveLength(2)
    started[1]?.resolve({ id: 'b' })
    expect((await again).instance.id).toBe('b')
  })

  it('rests twice as long after each failure', async () => {
    const runner = makeRunner()
    for (const [failure, restMs] of [1000, 2000, 4000].entries()) {
      const place = runner.take(never)
      started[failure]?.reject(appError('command-missing'))
      await expect(place).rejects.toMatchObject({ wire: { reason: 'command-missing' } })
      now += restMs - 1
      await expect(runner.take(never)).rejects.toMatchObject({ wire: { reason: 'function-not-started' } })
      now += 2
    }
  })
})

describe('instances', () => {
  it('that are taken over count, and are not started again', async () => {
    const runner = makeRunner({}, [{ id: 'a' }, { id: 'b' }])
    expect((await runner.take(never)).how).toBe('warm')
    expect(started).toHaveLength(0)
  })

  it('that end are replaced where somebody waits', async () => {
    const runner = makeRunner({ max: 1 }, [{ id: 'a' }])
    await runner.take(never)
    const waits = runner.take(never)
    runner.ended('a')
    expect(started).toHaveLength(1)
    started[0]?.resolve({ id: 'b' })
    expect((await waits).instance.id).toBe('b')
  })

  it('are stopped after their last request', async () => {
    const runner = makeRunner({}, [{ id: 'a' }])
    const place = await runner.take(never)
    const closed = runner.close()
    await settle()
    expect(stopped).toEqual([])
    place.release()
    await closed
    expect(stopped).toEqual(['a'])
  })

  it('are as many as the least wants, without a request', async () => {
    const runner = makeRunner({ min: 2 })
    runner.begin(2)
    expect(started).toHaveLength(2)
    for (const [index, each] of started.entries()) each.resolve({ id: `${index}` })
    await pass(200)
    expect(stopped).toEqual([])
    runner.reach(false)
    await pass(200)
    expect(stopped.sort()).toEqual(['0', '1'])
  })
})
