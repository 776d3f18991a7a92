import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { serviceUnit } from './service-unit.ts'

const packaged = readFileSync(resolve(import.meta.dirname, '../../../packaging/linux/joeyd.service'), 'utf8')
const rules = (unit: string): string => unit.replace(/^(ExecStart|Documentation)=.*\n/gm, '')

test('the unit of the package has the same rules as the one that "joey agent install" writes', () => {
  expect(rules(packaged)).toBe(rules(serviceUnit('/usr/lib/joey/current', { accounts: [] })))
  expect(packaged).toContain('ExecStart=/usr/bin/joeyd\n')
})

test('accounts by number and a group by name are what the agent is started with', () => {
  expect(serviceUnit('/x', { accounts: [1000, 1001], group: 'joey' })).toContain(
    'ExecStart=/x/joey agent start --foreground --owner 1000 --owner 1001 --group joey\n',
  )
})
