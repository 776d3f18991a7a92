import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import { hostnameOf } from './hostname.ts'

const named = (name: string, hostname: string | null = null) => ({
  name,
  spec: SandboxSpec.parse({ image: 'busybox', hostname }),
})

test.each([
  ['web-1', 'web-1'],
  ['shop_web_1', 'shop-web-1'],
  ['Web.1', 'web-1'],
  ['a_._', 'a'],
])('the hostname of %s is %s', (name, hostname) => {
  expect(hostnameOf(named(name))).toBe(hostname)
})

test('a hostname that was asked for is taken as it is', () => {
  expect(hostnameOf(named('web_1', 'Web.example.org'))).toBe('Web.example.org')
})
