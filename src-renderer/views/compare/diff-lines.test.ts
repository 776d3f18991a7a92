import { expect, test } from 'vitest'
import { parseDiff } from './diff-lines.ts'

const diff = [
  ...['--- a/etc/motd', '+++ b/etc/motd', '@@ -3,4 +3,4 @@ section', ' kept', '-old', '+new', '+ more', ' end'],
  ...['\\ No newline at end of file', '@@ -20 +21,0 @@', '---- dashes', ''],
].join('\n')

test('lines have their kind, their text without its sign, and their numbers on each side', () => {
  const rows = parseDiff(diff).map(({ kind, text, before, after }) => [kind, text, before, after])
  expect(rows).toEqual([
    ['hunk', '@@ -3,4 +3,4 @@ section', null, null],
    ['same', 'kept', 3, 3],
    ['deleted', 'old', 4, null],
    ['added', 'new', null, 4],
    ['added', ' more', null, 5],
    ['same', 'end', 5, 6],
    ['note', 'No newline at end of file', null, null],
    ['hunk', '@@ -20 +21,0 @@', null, null],
    ['deleted', '--- dashes', 20, null],
  ])
})

test('a removed line of dashes is no header of a file', () => {
  expect(parseDiff('@@ -1 +0,0 @@\n--- x').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'hunk @@ -1 +0,0 @@',
    'deleted -- x',
  ])
})

test('an empty diff has no lines', () => {
  expect(parseDiff('')).toEqual([])
})
