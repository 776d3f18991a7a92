import { expect, test } from 'vitest'
import { pathWords } from './terminal-panel-hooks.tsx'

test.each([
  ['a plain name', ['/home/me/notes.txt'], '/tmp/notes.txt'],
  ['several, with what a shell would take apart', ['/a/b c.txt', "/a/it's"], `'/tmp/b c.txt' '/tmp/it'\\''s'`],
  ['a folder', ['/srv/site/'], '/tmp/site'],
  ['a name that would press Enter', ['/a/x\nrm -rf y'], `'/tmp/xrm -rf y'`],
])('%s is pasted as the words of its path', (_what, paths, words) => {
  expect(pathWords(paths)).toBe(words)
})
