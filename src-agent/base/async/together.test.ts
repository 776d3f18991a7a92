import { expect, test } from 'vitest'
import { createTogether } from './together.ts'

function setUp(refused: readonly string[] = []) {
  const rounds: (readonly string[])[] = []
  const ends: (() => void)[] = []
  const together = createTogether<string>(async (all) => {
    rounds.push([...all])
    await new Promise<void>((resolve) => ends.push(resolve))
    if (all.some((one) => refused.includes(one))) throw new Error('refused')
  })
  /** Ends the round that is under way, and lets what follows begin. */
  const end = async (): Promise<void> => {
    await expect.poll(() => ends.length).toBeGreaterThan(0)
    ends.shift()?.()
  }
  return { rounds, together, end }
}

test('what comes while the work is under way is done in one go after it', async () => {
  const { rounds, together, end } = setUp()
  const first = together('a')
  await expect.poll(() => rounds).toEqual([['a']])
  const others = Promise.all([together('b'), together('c')])
  await end()
  await first
  await end()
  await others
  expect(rounds).toEqual([['a'], ['b', 'c']])
})

test('where all together fail, each is done alone and fails only for whom it must', async () => {
  const { rounds, together, end } = setUp(['b'])
  const results = Promise.allSettled([together('a'), together('b'), together('c')])
  for (let round = 0; round < 4; round += 1) await end()
  expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(rounds).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
})

test('one that fails alone is not done again, and those after it go on', async () => {
  const { rounds, together, end } = setUp(['a'])
  const failed = together('a').catch((error: unknown) => String(error))
  await end()
  expect(await failed).toContain('refused')
  const next = together('b')
  await end()
  await next
  expect(rounds).toEqual([['a'], ['b']])
})
