import { expect, test } from 'vitest'
import { anything, becomes, forgets, possible, stays } from './possible.ts'

test('while a change is under way both may be, and afterwards what it has become', () => {
  const runs = possible<boolean>(true)
  const effect = becomes(runs, false)
  expect(effect.isSo()).toBe(false)
  effect.widen()
  expect([runs.has(true), runs.has(false), runs.is(false)]).toEqual([true, true, false])
  effect.settle()
  expect([runs.has(true), runs.is(false), effect.isSo()]).toEqual([false, true, true])
})

test('what stays may be something else on the way, and is what it was once that is done', () => {
  const runs = possible<boolean>(true)
  const effect = stays(runs, false)
  effect.widen()
  expect(runs.has(false)).toBe(true)
  effect.settle()
  expect(runs.values()).toEqual([true])
})

test('of what is forgotten any value will do until it is seen', () => {
  const label = possible<string>('first')
  forgets(label).settle()
  expect([label.has('second'), label.values()]).toEqual([true, ['first', anything]])
  label.be('second')
  expect(label.has('first')).toBe(false)
})
