import { expect, test } from 'vitest'
import { isOlder } from './electron-age.ts'

test.each([
  ['25.1.1', '^45.4.1', true],
  ['45.0.0', '^45.4.1', false],
  ['46.1.0', '45.4.1', false],
  ['9.0.0', '~10.0.0', true],
])('%s beside %s', (version, wanted, older) => {
  expect(isOlder(version, wanted)).toBe(older)
})

test('without another word the version is compared with the one of package.json', () => {
  expect(isOlder('1.0.0')).toBe(true)
  expect(isOlder('999.0.0')).toBe(false)
})
