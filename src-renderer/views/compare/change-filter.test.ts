import { expect, test } from 'vitest'
import type { FileChange, FileFacts } from '#contract/compare'
import { filterChanges, growth, hasContent } from './change-filter.ts'

const facts = (changes: Partial<FileFacts> = {}): FileFacts => ({
  ...{ kind: 'file', size: 10, mode: 0o644, uid: 0, gid: 0 },
  ...changes,
})
const change = (path: string, kind: FileChange['change'], changes: Partial<FileChange> = {}): FileChange => ({
  ...{ path, change: kind, what: [] },
  ...{ before: kind === 'added' ? null : facts(), after: kind === 'deleted' ? null : facts({ size: 30 }) },
  ...changes,
})
const all = [change('/etc/Motd', 'changed'), change('/srv/new', 'added'), change('/etc/old', 'deleted')]

test.each([
  ['nothing requested leaves all', '', 'all', 3],
  ['text is looked for in any case', 'motd', 'all', 1],
  ['spaces around it do not count', ' etc ', 'all', 2],
  ['a kind leaves the others out', '', 'added', 1],
  ['both must fit', 'etc', 'added', 0],
] as const)('%s', (_rule, text, kind, count) => {
  expect(filterChanges(all, { text, kind })).toHaveLength(count)
})

test('growth is what a file became larger by; folders have none', () => {
  expect(all.map(growth)).toEqual([20, 30, -10])
  expect(growth({ before: facts({ kind: 'folder' }), after: facts({ kind: 'folder' }) })).toBeNull()
})

test('only files whose content differs have text to compare', () => {
  expect(hasContent(change('/a', 'changed', { what: ['mode'] }))).toBe(false)
  expect(hasContent(change('/a', 'changed', { what: ['mode', 'content'] }))).toBe(true)
  expect(hasContent(change('/a', 'added', { after: facts({ kind: 'folder' }) }))).toBe(false)
  expect(hasContent(change('/a', 'deleted'))).toBe(true)
})
