import { expect, test } from 'vitest'
import { createPlaceFinder } from './own-places.ts'

const file = (path: string, size = 0) => ({ path, type: '0', size })
const folder = (path: string) => ({ path, type: '5', size: 0 })

test.each([
  ['the folder that is mounted in', folder('dev/.joey'), true],
  ['the program in it', file('dev/.joey/probe'), true],
  ['the list of libraries that no image had', file('etc/ld.so.preload'), true],
  ['the folder around it', folder('dev'), false],
  ['a file of the person beside it', file('dev/other'), false],
  ['a name that only begins alike', file('dev/.joey-notes'), false],
  ['a list of libraries that says something', file('etc/ld.so.preload', 20), false],
  ['an empty file elsewhere', file('etc/hosts.allow'), false],
  ['something of that name that no engine makes', { ...file('etc/ld.so.preload'), type: '2' }, false],
] as const)('%s', (_rule, entry, isPlace) => {
  expect(createPlaceFinder()(entry, false)).toBe(isPlace)
})

test('what the image has itself, and what empties it, is left as it is', () => {
  const isPlace = createPlaceFinder()
  expect(isPlace(file('etc/ld.so.preload', 20), true)).toBe(false)
  expect(isPlace(file('etc/ld.so.preload'), false)).toBe(false)
})
