import { expect, test } from 'vitest'
import { firewallFindings, resolverFinding } from './findings.ts'

const chain = (table: string, name: string, policy?: string) => ({
  family: 'ip',
  table,
  name,
  ...(policy && { hook: 'forward', policy }),
})

test('no other firewall, no finding', () => {
  expect(firewallFindings([chain('joey_0a1b2c', 'forward', 'drop')], 'jy0a1b2c')).toEqual([])
  expect(firewallFindings([chain('filter', 'FORWARD', 'accept')], 'jy0a1b2c')).toEqual([])
})

test('Docker’s dropping policy comes with rules for the chain that Docker keeps for users', () => {
  const [finding] = firewallFindings([chain('filter', 'FORWARD', 'drop'), chain('filter', 'DOCKER-USER')], 'jy0a1b2c')
  expect(finding).toMatchObject({ level: 'warning', title: expect.stringContaining('Docker') })
  expect(finding?.remedy).toMatchObject({ command: expect.stringContaining('-I DOCKER-USER -i jy0a1b2c -j ACCEPT') })
})

test('firewalld comes with its own remedy', () => {
  const [finding] = firewallFindings([chain('firewalld', 'filter_FORWARD', 'accept')], 'jy0a1b2c')
  expect(finding?.remedy).toMatchObject({ command: expect.stringContaining('--add-interface=jy0a1b2c') })
})

test.each([
  [['192.0.2.1'], ['192.0.2.1'], 'ok', /192\.0\.2\.1/],
  [[], ['127.0.0.53'], 'warning', /cannot resolve/],
  [[], [], 'warning', /cannot resolve/],
] as const)('usable servers %j of %j give %s', (usable, all, level, title) => {
  expect(resolverFinding(usable, all)).toMatchObject({ level, title: expect.stringMatching(title) })
})
