import { expect, test } from 'vitest'
import { createPendingPaths } from './pending-paths.ts'

function after(...paths: string[]) {
  const pending = createPendingPaths({ paths: 3, folders: 2 })
  for (const path of paths) pending.add(path)
  return pending
}

test('what has changed twice is told once, the outer ones first', () => {
  expect(after('a/b/c', 'a', 'a/b/c').take()).toEqual(['a', 'a/b/c'])
})

test('of more than fits a folder stands for what is in it, and the whole for what has no place after that', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `d${index % 100}/f${index}`)
  expect(new Set(after('1', '2', '3', 'x/4', 'x/5', 'y/6').take())).toEqual(new Set(['x', 'y', '1', '2', '3']))
  expect(after('1', '2', '3', 'top').take()).toContain('')
  const all = after(...many).take()
  expect(all.length).toBeLessThanOrEqual(3 + 2 + 1)
  expect(all).toContain('')
})

test('what was taken is no longer there', () => {
  const pending = after('a')
  expect(pending.isEmpty).toBe(false)
  pending.take()
  expect(pending.isEmpty).toBe(true)
  expect(pending.take()).toEqual([])
})
