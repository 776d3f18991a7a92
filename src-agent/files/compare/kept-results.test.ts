import { expect, test, vi } from 'vitest'
import { createKeptResults } from './kept-results.ts'

test('the next page is a page of the same result, for a minute', async () => {
  let now = 0
  const results = createKeptResults<number>(() => now)
  const make = vi.fn(async () => now)
  expect(await results.get('a', { mayUseKept: false }, make)).toBe(0)
  now = 50_000
  expect(await results.get('a', { mayUseKept: true }, make)).toBe(0)
  expect(await results.get('b', { mayUseKept: true }, make)).toBe(50_000)
  now = 70_000
  expect(await results.get('a', { mayUseKept: true }, make)).toBe(70_000)
})

test('the first page is made anew where what it shows may have changed', async () => {
  let count = 0
  const results = createKeptResults<number>()
  const make = async () => (count += 1)
  await results.get('a', { mayUseKept: false }, make)
  expect(await results.get('a', { mayUseKept: false }, make)).toBe(2)
})

test('only the latest few are kept, and none of those that failed', async () => {
  const results = createKeptResults<number>()
  for (let index = 0; index < 10; index += 1) await results.get(`${index}`, { mayUseKept: true }, async () => index)
  expect(await results.get('9', { mayUseKept: true }, async () => -1)).toBe(9)
  expect(await results.get('0', { mayUseKept: true }, async () => -1)).toBe(-1)
  const fail = () => results.get('f', { mayUseKept: true }, () => Promise.reject(new Error('no')))
  await expect(fail()).rejects.toThrow('no')
  expect(await results.get('f', { mayUseKept: true }, async () => 5)).toBe(5)
})
