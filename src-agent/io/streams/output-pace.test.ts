import { expect, test } from 'vitest'
import { createOutputPace, shareHold } from './output-pace.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** What is held, by the order in which it happened. */
function recorder() {
  const seen: string[] = []
  const hold = async () => {
    seen.push('hold')
    return () => void seen.push('release')
  }
  return { seen, hold }
}

test('output is held for a reader two files behind, until that one has begun the last', async () => {
  const { seen, hold } = recorder()
  const pace = createOutputPace(hold)
  for (const files of [0, 1, 2, 3, 2, 1]) pace.behind(files)
  await turn()
  expect(seen).toEqual(['hold'])
  pace.behind(0)
  await turn()
  expect(seen).toEqual(['hold', 'release'])
})

test('output that is held for two readers goes on only when neither wants it held, also where one leaves twice', async () => {
  const { seen, hold } = recorder()
  const shared = shareHold(hold)
  const [first, second] = [createOutputPace(shared), createOutputPace(shared)]
  first.behind(2)
  second.behind(2)
  await turn()
  first.behind(0)
  first.close()
  await turn()
  expect(seen).toEqual(['hold'])
  second.close()
  await turn()
  expect(seen).toEqual(['hold', 'release'])
  second.behind(5)
  const third = createOutputPace(shared)
  third.behind(2)
  await turn()
  expect(seen).toEqual(['hold', 'release', 'hold'])
})

test('a hold that fails holds nobody, and is tried again for the next', async () => {
  let fails = true
  const shared = shareHold(async () => {
    if (fails) throw new Error('no')
    return () => undefined
  })
  await expect(shared()).rejects.toThrow('no')
  fails = false
  await expect(shared()).resolves.toBeTypeOf('function')
})
