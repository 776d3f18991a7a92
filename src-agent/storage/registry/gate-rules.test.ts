import { describe, expect, test } from 'vitest'
import { hub } from '#contract/image-reference'
import { allowsHost, allowsPlain, leadsInside, readTarget } from './gate-rules.ts'

const rules = (registry: string, allowHosts: readonly string[] = [], plain = false) => ({ registry, allowHosts, plain })
const at = (text: string) => readTarget(text, 443) ?? { host: 'unreadable', port: 0 }

describe('a registry may have its content fetched', () => {
  test.each<[string, string, readonly string[], boolean]>([
    ['reg.example', 'reg.example', [], true],
    ['reg.example', 'cdn.reg.example', [], true],
    ['reg.example', 'a.b.reg.example', [], true],
    ['reg.example', 'reg.example:8443', [], false],
    ['reg.example', 'evilreg.example', [], false],
    ['reg.example', 'example', [], false],
    ['reg.example', 'reg.example.evil.test', [], false],
    ['reg.example', 'cdn.other.test', [], false],
    ['reg.example', 'cdn.other.test', ['cdn.other.test'], true],
    ['reg.example', 'cdn.other.test:8443', ['cdn.other.test'], false],
    ['reg.example', 'cdn.other.test:8443', ['cdn.other.test:8443'], true],
    ['reg.example:5000', 'reg.example:5000', [], true],
    ['reg.example:5000', 'reg.example', [], false],
    ['192.0.2.7', 'x.192.0.2.7', [], false],
    ['localhost:5000', 'cdn.localhost', [], false],
    [hub.name, `registry-1.${hub.name}`, [], true],
    [hub.name, `auth.${hub.name}`, [], true],
    [hub.name, hub.hosts[0], [], true],
    [hub.name, 'elsewhere.example', [], false],
  ])('of %s from %s where %j are allowed: %s', (registry, host, allowed, verdict) => {
    expect(allowsHost(rules(registry, allowed), at(host))).toBe(verdict)
  })
})

test('without encryption only the registry itself is spoken to, and only where that was chosen', () => {
  expect(allowsPlain(rules('reg.example:5000', [], true), at('reg.example:5000'))).toBe(true)
  expect(allowsPlain(rules('reg.example', [], true), { host: 'reg.example', port: 80 })).toBe(true)
  expect(allowsPlain(rules('reg.example:5000'), at('reg.example:5000'))).toBe(false)
  expect(allowsPlain(rules('reg.example:5000', ['other.example'], true), { host: 'other.example', port: 80 })).toBe(
    false,
  )
})

test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '169.254.169.254', '0.0.0.0', 'fe80::1'])(
  'a host that a registry names does not lead to %s',
  (address) => {
    expect(leadsInside('reg.example', 'cdn.reg.example', address)).toBe(true)
    expect(leadsInside('reg.example', 'reg.example', address)).toBe(false)
  },
)

test('an address in a private network is that of a registry as any other', () => {
  expect(leadsInside('reg.example', 'cdn.reg.example', '10.1.2.3')).toBe(false)
})

test.each(['', 'a b', 'a@b:1', '[::1]:80', 'a:0', 'a:65536', '-a', 'a\r\nx', '../x'])('%j is no target', (text) => {
  expect(readTarget(text, 443)).toBeNull()
})
