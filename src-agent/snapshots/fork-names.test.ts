import { expect, test } from 'vitest'
import { nameForks } from './fork-names.ts'

const records = (taken: readonly string[]) =>
  ({
    records: { findAnyCase: (name: string) => (taken.includes(name) ? { sandbox: { id: 'a', name } } : undefined) },
  }) as never

test.each([
  ['one of a wished name has that name', { prefix: 'copy', count: 1 }, [], ['copy']],
  ['several are numbered', { prefix: 'copy', count: 3 }, ['copy'], ['copy-1', 'copy-2', 'copy-3']],
  [
    'without a wish they have the name of the parent and numbers',
    { prefix: undefined, count: 2 },
    ['web'],
    ['web-1', 'web-2'],
  ],
  ['numbers that are taken are left out', { prefix: undefined, count: 2 }, ['web', 'web-1'], ['web-2', 'web-3']],
] as const)('%s', (_rule, wish, taken, names) => {
  expect(nameForks(records(taken), { parent: 'web', ...wish })).toEqual(names)
})

test('a wished name that is taken, or would be too long, is refused', () => {
  expect(() => nameForks(records(['copy-2']), { parent: 'web', prefix: 'copy', count: 2 })).toThrow('"copy-2" already')
  expect(() => nameForks(records([]), { parent: 'web', prefix: 'x'.repeat(62), count: 2 })).toThrow('shorter')
})

test('a parent with a long name has forks with names that are allowed', () => {
  const [name = ''] = nameForks(records([]), { parent: `${'a'.repeat(55)}-bcdefgh`, prefix: undefined, count: 1 })
  expect(name).toBe(`${'a'.repeat(55)}-1`)
})
