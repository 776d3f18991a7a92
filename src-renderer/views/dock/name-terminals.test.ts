import { expect, test } from 'vitest'
import { makeTerminal } from '../../testing/samples.ts'
import { nameTerminals } from './name-terminals.ts'

const terminals = [
  makeTerminal({ id: '000000000001', kind: 'main', title: 'sh' }),
  makeTerminal({ id: '000000000002', title: 'sh', createdAt: '2026-01-01T00:00:01.000Z' }),
  makeTerminal({ id: '000000000003', title: 'sh', createdAt: '2026-01-01T00:00:02.000Z' }),
  makeTerminal({ id: '000000000004', title: '\u001b]0;root@web: ~\u0007vi', createdAt: '2026-01-01T00:00:03.000Z' }),
]

test('each terminal has a name of its own, and those that ended with the agent stand among the others', () => {
  const [main, first, second, other] = terminals
  const named = nameTerminals({
    present: new Map([main, first, other].flatMap((each) => (each ? [[each.id, each]] : []))),
    lost: new Map(second ? [[second.id, second]] : []),
    ...{ sandboxId: '0123456789ab', mainTitle: 'main', titles: new Map() },
  })
  expect(named.map(({ title, lost }) => [title, lost])).toEqual([
    ['main', false],
    ['sh', false],
    ['sh (2)', true],
    ['vi', false],
  ])
})

test('what the guest calls a terminal is its name, and alike names are numbered too', () => {
  const named = nameTerminals({
    present: new Map(terminals.map((each) => [each.id, each])),
    lost: new Map(),
    ...{ sandboxId: '0123456789ab', mainTitle: 'main' },
    titles: new Map([
      ['000000000001', 'root@web: ~'],
      ['000000000002', 'root@web: ~'],
    ]),
  })
  expect(named.map(({ title }) => title)).toEqual(['root@web: ~', 'root@web: ~ (2)', 'sh', 'vi'])
})
