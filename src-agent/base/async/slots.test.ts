import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

test('work is begun in order, so many pieces at a time, also after one has failed', async () => {
  const slots = createSlots(2)
  const begun: number[] = []
  const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>())
  const works = ends.map(({ promise }, index) =>
    slots(async () => {
      begun.push(index)
      await promise
      return index
    }),
  )
  await Promise.resolve()
  expect(begun).toEqual([0, 1])
  ends[1]?.reject(new Error('failed'))
  await expect(works[1]).rejects.toThrow('failed')
  expect(begun).toEqual([0, 1, 2])
  for (const { resolve } of ends) resolve()
  expect(await Promise.all([works[0], works[2], works[3]])).toEqual([0, 2, 3])
})
