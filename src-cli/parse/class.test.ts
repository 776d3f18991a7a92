import { expect, test } from 'vitest'
import { parseClass, parseNetworkName, parseNetworks } from './class.ts'

test('the three classes are known, and nothing else', () => {
  expect(['container', 'gvisor', 'microvm'].map((text) => parseClass('--class', text))).toHaveLength(3)
  expect(() => parseClass('--class', 'vm')).toThrow('--class vm: it is container, gvisor or microvm.')
})

test.each([
  ['nat', { network: 'nat' }],
  ['none', { network: 'none' }],
  ['backend', { network: 'nat', networkName: 'backend' }],
])('--network %s', (text, expected) => expect(parseNetworks([text])).toEqual(expected))

test.each([
  ['bridge', /is nat here/],
  ['host', /--grant host-network/],
])('--network %s says what to write instead', (text, reason) => {
  expect(() => parseNetworks([text])).toThrow(reason)
})

test.each(['nat', 'none', 'host', 'bridge', 'default', 'Bad_name', ''])(
  'a shared network cannot be called %j',
  (word) => {
    expect(() => parseNetworkName('NETWORK', word)).toThrow(/^NETWORK .*: .+\.$/)
  },
)

test.each(['backend', 'constructor', '1'])('a shared network may be called %s', (word) => {
  expect(parseNetworkName('NETWORK', word)).toBe(word)
})
