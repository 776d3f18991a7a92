import { expect, test } from 'vitest'
import type { Finding } from '#contract/agent'
import type { Remedy } from '#contract/app-error'
import { commandOf, fixesOf, fixOf } from './fixes.ts'

const command = (text: string): Remedy => ({ kind: 'runCommand', command: text, why: 'Because.' })
const found = (remedy: Remedy | null, more: Partial<Finding> = {}): Finding => ({
  ...{ id: 'some', level: 'problem', title: 'Something', detail: null, remedy },
  ...more,
})
const typed = (finding: Finding, uid = 0): string | null => {
  const fix = fixOf(finding, uid)
  return fix && commandOf(fix)
}

test('a missing package is installed, by sudo where this is not root', () => {
  expect(typed(found(command('apt-get install -y crun')))).toBe('apt-get install -y crun')
  expect(typed(found(command('sudo apt-get install -y crun')))).toBe('apt-get install -y crun')
  expect(typed(found(command('sudo apt-get install -y crun')), 1000)).toBe('sudo apt-get install -y crun')
})

test('two commands of one remedy stay two, and no shell is needed for them', () => {
  const fix = fixOf(found(command('iptables -I X -j ACCEPT && iptables -I Y -j ACCEPT')), 0)
  expect(fix).toMatchObject({
    commands: [
      ['iptables', '-I', 'X', '-j', 'ACCEPT'],
      ['iptables', '-I', 'Y', '-j', 'ACCEPT'],
    ],
  })
})

test('the agent is started and installed by this command line, which needs root', () => {
  expect(typed(found({ kind: 'startAgent' }))).toBe('joey agent start')
  expect(typed(found(command('sudo ./joey agent install')))).toBe('joey agent install')
  expect(typed(found({ kind: 'startAgent' }), 1000)).toBeNull()
})

test.each([
  ['a program that is not on the list', command('rm -r /')],
  ['a word that a shell would read', command('apt-get install $(id)')],
  ['a program behind one that is on the list', command('iptables -L && reboot')],
  ['a command that only shows', command('joey records ls')],
  ['a log to read', { kind: 'openLog', path: '/log' } as const],
])('%s is left to the person', (_, remedy) => {
  expect(typed(found(remedy))).toBeNull()
})

test('what is well needs no fix', () => {
  expect(typed(found(command('apt-get install -y crun'), { level: 'ok' }))).toBeNull()
})

test('one command for several findings is run once', () => {
  const both = [
    found(command('apt-get install -y x'), { id: 'a' }),
    found(command('apt-get install -y x'), { id: 'b' }),
  ]
  expect(fixesOf(both, 0)).toHaveLength(1)
})
