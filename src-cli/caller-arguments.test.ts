import { expect, test } from 'vitest'
import { callerArguments } from './caller-arguments.ts'

test('the colons of the launcher are taken off, and those that were typed stay', () => {
  expect(callerArguments([':', 'run', ':--rm', '::x', 'a:b', '-it'])).toEqual(['run', '--rm', ':x', 'a:b', '-it'])
})

test('without the launcher arguments are as they are', () => {
  expect(callerArguments(['exec', 'box', ':x'])).toEqual(['exec', 'box', ':x'])
})
