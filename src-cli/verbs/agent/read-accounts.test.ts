import { expect, test } from 'vitest'
import type { AskDatabase } from '../../agent/account-database.ts'
import { readAccounts } from './read-accounts.ts'

const tables = {
  passwd: ['root:x:0:0::/root:/bin/sh', 'ann:x:1000:1000::/home/ann:/bin/sh', 'bob:x:1001:500::/home/bob:/bin/sh'],
  group: ['joey:x:500:ann,gone', 'empty:x:501:'],
}
const ask: AskDatabase = (table, name) =>
  name === undefined ? tables[table].join('\n') : (tables[table].find((line) => line.startsWith(`${name}:`)) ?? null)

test('accounts are given by number or by name, each once', () => {
  expect(readAccounts({ owner: ['1000', 'ann', 'bob', '4711'] }, ask)).toEqual([1000, 1001, 4711])
  expect(readAccounts({ owner: [] }, ask)).toEqual([])
})

test('of a group those are served whom it lists and whose own group it is', () => {
  expect(readAccounts({ owner: [], group: 'joey' }, ask)).toEqual([1000, 1001])
  expect(readAccounts({ owner: ['ann'], group: 'empty' }, ask)).toEqual([1000])
})

test.each(['nobody-knows', '4294967295', '-1', 'a b', ''])('the account "%s" is refused', (text) => {
  expect(() => readAccounts({ owner: [text] }, ask)).toThrow(expect.objectContaining({ message: expect.any(String) }))
})

test('a group that this machine does not know is refused', () => {
  expect(() => readAccounts({ owner: [], group: 'other' }, ask)).toThrow('other')
})
