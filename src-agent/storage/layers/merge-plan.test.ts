import { expect, test } from 'vitest'
import { type IndexEntry, opaqueAttribute } from './layer-index.ts'
import { planMerge } from './merge-plan.ts'

const plain: IndexEntry = {
  path: '',
  kind: 'f',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtimeNs: 0n,
  major: 0,
  minor: 0,
  target: '',
  linkTo: '',
  attributes: [],
  digest: 'x',
}
const at = (path: string) => (path === '' ? 'tree' : `tree/${path}`)
const file = (path: string, more: Partial<IndexEntry> = {}): IndexEntry => ({ ...plain, path: at(path), ...more })
const folder = (path: string): IndexEntry => file(path, { kind: 'd' })
const opaque = (path: string): IndexEntry =>
  file(path, { kind: 'd', attributes: [{ name: opaqueAttribute, value: 'y' }] })
const whiteout = (path: string): IndexEntry => file(path, { kind: 'c' })
const root = folder('')

/** Entry to the layer that it is from. */
function shown(...chain: IndexEntry[][]): Record<string, number> {
  const { parts } = planMerge(chain.map((entries) => [root, ...entries]))
  const found = parts.flatMap(({ folders, copies, links }, layer) =>
    [...folders, ...copies, ...links.map(([path]) => path)].map((path) => [path, layer] as const),
  )
  return Object.fromEntries(found.filter(([path]) => path !== ''))
}
const opened = (...chain: IndexEntry[][]) =>
  planMerge(chain.map((entries) => [root, ...entries])).opaque.map(({ path }) => path)

test('of two files with one name the upper one shows, and folders show what is in both', () => {
  expect(shown([folder('a'), file('a/f')], [folder('a'), file('a/f'), file('a/g')])).toEqual({
    a: 0,
    'a/f': 0,
    'a/g': 1,
  })
})

test('a deletion takes away what is below in the chain, and stays for what is below the chain', () => {
  expect(shown([whiteout('a')], [folder('a'), file('a/f')])).toEqual({ a: 0 })
})

test('an opaque folder cuts off what is below, and stays opaque', () => {
  expect(shown([opaque('a'), file('a/g')], [folder('a'), file('a/f')])).toEqual({ a: 0, 'a/g': 0 })
  expect(opened([opaque('a')], [folder('a')])).toEqual([])
})

test('a folder over an opaque one shows what is in it and becomes opaque', () => {
  expect(shown([folder('a'), file('a/g')], [opaque('a'), file('a/f')])).toEqual({ a: 0, 'a/g': 0, 'a/f': 1 })
  expect(opened([folder('a')], [opaque('a')])).toEqual(['a'])
})

test.each([
  ['a file', file('a')],
  ['a deletion', whiteout('a')],
])('a folder over %s becomes opaque', (_name, below) => {
  expect(opened([folder('a'), file('a/g')], [below])).toEqual(['a'])
  expect(shown([folder('a'), file('a/g')], [below])).toEqual({ a: 0, 'a/g': 0 })
})

test('a folder that is in one layer only stays as it is: below the chain there may be more of it', () => {
  expect(opened([], [folder('a'), file('a/f')])).toEqual([])
  expect(opened([folder('a')], [])).toEqual([])
})

test('deletions where nothing from below shows are left out, since overlayfs would list them', () => {
  expect(shown([folder('a'), folder('a/b'), whiteout('a/b/f')], [opaque('a')])).toEqual({ a: 0, 'a/b': 0 })
  expect(shown([opaque('a'), whiteout('a/f'), whiteout('g')])).toEqual({ a: 0, g: 0 })
})

test('names of one file in one layer stay one file, also where the first of them is hidden', () => {
  const below = [file('a'), file('b', { linkTo: at('a') }), file('c', { linkTo: at('a') })]
  const { parts } = planMerge([
    [root, file('a')],
    [root, ...below],
  ])
  const [top, bottom] = parts
  expect(top?.copies).toEqual(['a'])
  expect(bottom?.copies.length).toBe(1)
  expect(bottom?.links).toEqual([[bottom?.copies[0] === 'b' ? 'c' : 'b', bottom?.copies[0]]])
})

test('a deletion that shares its inode with others is one', () => {
  expect(shown([whiteout('x'), file('y', { linkTo: at('x') })], [file('y')])).toEqual({ x: 0, y: 0 })
})
