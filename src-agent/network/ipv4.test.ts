import { expect, test } from 'vitest'
import { formatAddress, formatSubnet, overlaps, parseAddress, parseSubnet, type Subnet, sizeOf } from './ipv4.ts'

const subnet = (text: string): Subnet => {
  const parsed = parseSubnet(text)
  if (parsed === null) throw new Error(text)
  return parsed
}

test.each(['0.0.0.0', '10.64.3.255', '192.168.0.1', '255.255.255.255'])(
  '%s survives the way to a number and back',
  (text) => {
    expect(formatAddress(parseAddress(text) ?? -1)).toBe(text)
  },
)

test.each(['', 'default', '10.0.0', '10.0.0.256', 'fd00::2', '1.2.3.4.5', ' 1.2.3.4'])('"%s" is no address', (text) => {
  expect(parseAddress(text)).toBeNull()
})

test.each(['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/a', '10.0.0.0/8/8', 'fd00::/64', 'default'])(
  '"%s" is no subnet',
  (text) => {
    expect(parseSubnet(text)).toBeNull()
  },
)

test('an address within a subnet names the subnet', () => {
  expect(formatSubnet(subnet('192.0.2.77/24'))).toBe('192.0.2.0/24')
  expect(sizeOf(subnet('10.0.0.0/22'))).toBe(1024)
})

test.each([
  ['10.64.0.0/22', '10.64.3.255', true],
  ['10.64.0.0/22', '10.64.4.0', false],
  ['10.64.0.0/22', '10.0.0.0/8', true],
  ['10.64.0.0/22', '172.16.0.0/12', false],
] as const)('%s and %s share an address: %s', (one, other, shared) => {
  expect(overlaps(subnet(one), subnet(other))).toBe(shared)
  expect(overlaps(subnet(other), subnet(one))).toBe(shared)
})
