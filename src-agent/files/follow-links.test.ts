import { expect, test } from 'vitest'
import { memoryTree } from '../testing/files/memory-tree.ts'
import { followLinks } from './follow-links.ts'

const link = (target: string) => ({ kind: 'link', target, size: target.length }) as const
const tree = memoryTree({
  'real/file': 'content',
  'real/deep/er': 'content',
  absolute: link('/real'),
  relative: link('real/deep'),
  up: link('../../../../real'),
  'real/back': link('../relative/..'),
  chain: link('absolute'),
  dangling: link('/not/there'),
  loop: link('loop'),
  around: link('about'),
  about: link('around'),
})

test.each([
  ['', ''],
  ['real/file', 'real/file'],
  ['real/new', 'real/new'],
  ['absolute/file', 'real/file'],
  ['relative/er', 'real/deep/er'],
  ['up/file', 'real/file'],
  ['real/back/file', 'real/file'],
  ['chain', 'real'],
  ['dangling/x', 'not/there/x'],
])('"%s" leads to "%s"', async (path, leads) => {
  expect(await followLinks(tree, path)).toBe(leads)
})

test('what another account has left where everybody may write leads nobody', async () => {
  const shared = memoryTree({
    tmp: { kind: 'folder', mode: 0o1777 },
    'tmp/trap': { ...link('/etc'), uid: 1000 },
    'tmp/own': { ...link('/etc'), uid: 0 },
    home: { kind: 'folder', mode: 0o755, uid: 1000 },
    'home/link': { ...link('/etc'), uid: 1000 },
  })
  await expect(followLinks(shared, 'tmp/trap/passwd')).rejects.toMatchObject({ wire: { reason: 'path-is-link' } })
  expect(await followLinks(shared, 'tmp/own/passwd')).toBe('etc/passwd')
  expect(await followLinks(shared, 'home/link/passwd')).toBe('etc/passwd')
})

test.each(['loop', 'loop/x', 'around'])('"%s", which leads to itself, is refused', async (path) => {
  await expect(followLinks(tree, path)).rejects.toMatchObject({ wire: { reason: 'path-is-link' } })
})
