import { expect, test } from 'vitest'
import { ownResolver } from './resolver-text.ts'

const machines = 'nameserver 192.0.2.1\nsearch home.example\noptions edns0\n'
const none = { dnsServers: [], dnsSearch: [], dnsOptions: [] }

test('without a choice it is what this machine has, or nothing', () => {
  expect(ownResolver(machines, none)).toBe(machines)
  expect(ownResolver(null, none)).toBeNull()
})

test.each([
  ['servers', { dnsServers: ['192.0.2.53'] }, 'nameserver 192.0.2.53\nsearch home.example\noptions edns0\n'],
  [
    'search domains',
    { dnsSearch: ['a.example', 'b.example'] },
    machines.replace('home.example', 'a.example b.example'),
  ],
  ['no search domain', { dnsSearch: ['.'] }, 'nameserver 192.0.2.1\noptions edns0\n'],
  ['options', { dnsOptions: ['ndots:2'] }, machines.replace('edns0', 'ndots:2')],
])('chosen %s take the place of this machine’s, and nothing else', (_what, chosen, text) => {
  expect(ownResolver(machines, { ...none, ...chosen })).toBe(text)
})

test('a sandbox without a network has what was chosen all the same', () => {
  expect(ownResolver(null, { ...none, dnsServers: ['192.0.2.53'] })).toBe('nameserver 192.0.2.53\n')
})
