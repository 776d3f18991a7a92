import { expect, test } from 'vitest'
import { withoutApplet } from './built-in.ts'

const binary = (...names: string[]): Buffer => Buffer.from(`ELF\0${names.join('\0')}\0rest`)

test('a name that busybox knows is taken from its table, which stays sorted and as long as it was', () => {
  const changed = withoutApplet(binary('pidof', 'ping', 'ping6'), 'ping')
  expect(changed.toString()).toBe(binary('pidof', 'pin-', 'ping6').toString())
})

test.each([
  ['not there', binary('pidof', 'ping6')],
  ['there twice', binary('ping', 'pidof', 'ping')],
])('one in which the name is %s stays as it is', (_how, given) => {
  expect(withoutApplet(given, 'ping')).toBe(given)
})
