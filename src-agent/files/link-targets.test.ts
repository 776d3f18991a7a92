import { expect, test } from 'vitest'
import { leadsOut } from './link-targets.ts'

test.each([
  ['beside it', 'a/b/link', 'other', false],
  ['up to the top', 'a/b/link', '../../c', false],
  ['above the top', 'a/b/link', '../../../c', true],
  ['an absolute one', 'a/link', '/etc/passwd', true],
  ['above the top through folders that need not be folders', 'link', 'a/b/../../..', true],
  ['up again behind a name, which may be a link', 'deep/deep/link', 'x/..', true],
  ['an empty one', 'link', '', true],
  ['the folder it is in', 'link', '.', false],
] as const)('a link that leads %s', (_where, path, target, out) => {
  expect(leadsOut(path, target)).toBe(out)
})
