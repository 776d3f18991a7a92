import { expect, test } from 'vitest'
import { createRestingGroups } from './resting-groups.ts'

function setUp() {
  const used = new Map([['/joey/t', '100']])
  let reads = 0
  const groups = createRestingGroups((cgroup) => {
    reads += 1
    return used.get(cgroup) ?? null
  })
  return { used, groups, reads: () => reads }
}

test('one file says that all of a group rest', () => {
  const { groups, reads } = setUp()
  groups.startRound()
  expect(['/joey/t/a', '/joey/t/b'].map(groups.rests)).toEqual([false, false])
  groups.startRound()
  expect(['/joey/t/a', '/joey/t/b', '/joey/t/c'].map(groups.rests)).toEqual([true, true, true])
  expect(reads()).toBe(2)
})

test('where one has used the processor, each is looked at, in this round and no other', () => {
  const { used, groups } = setUp()
  groups.rests('/joey/t/a')
  groups.startRound()
  used.set('/joey/t', '101')
  expect(groups.rests('/joey/t/a')).toBe(true)
  groups.startRound()
  expect(groups.rests('/joey/t/a')).toBe(false)
  groups.startRound()
  expect(groups.rests('/joey/t/a')).toBe(true)
})

test('a group that is gone rests no longer, and one of the same name is another', () => {
  const { used, groups } = setUp()
  groups.rests('/joey/t/a')
  used.delete('/joey/t')
  groups.startRound()
  expect(groups.rests('/joey/t/a')).toBe(false)
  used.set('/joey/t', '100')
  expect(groups.rests('/joey/t/a')).toBe(false)
})
