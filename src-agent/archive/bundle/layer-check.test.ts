import { expect, test } from 'vitest'
import type { TarEntry } from '../../storage/tar/read-entries.ts'
import { createLayerCheck } from './layer-check.ts'

const plain = { link: '', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, major: 0, minor: 0, size: 0, stored: 0 }
const entry = (path: string, more: Partial<TarEntry> = {}): TarEntry => ({
  ...{ path, type: '0', attributes: [], parts: null },
  ...plain,
  ...more,
})
const folder = (path: string) => entry(path, { type: '5' })
const link = (path: string, target: string) => entry(path, { type: '2', link: target })
const attribute = (name: string, value: string) => ({ attributes: [{ name, value: Buffer.from(value) }] })

function checkAll(entries: readonly TarEntry[], budget = { entries: 100, bytes: 1000 }): TarEntry[] {
  const check = createLayerCheck(budget)
  return entries.map((each) => check(each))
}

test('a layer in its order passes', () => {
  const all = [
    folder(''),
    folder('a'),
    entry('a/b'),
    entry('a.b'),
    folder('b'),
    entry('b/a', { type: '1', link: 'a/b' }),
  ]
  expect(checkAll(all).map(({ path }) => path)).toEqual(all.map(({ path }) => path))
})

test.each([
  ['a path that climbs', [folder(''), entry('../x')], 'bundle-path-invalid'],
  ['an absolute path', [folder(''), entry('/etc/x')], 'bundle-path-invalid'],
  ['a name of nothing', [folder(''), folder('a'), entry('a//b')], 'bundle-path-invalid'],
  ['a file behind a link', [folder(''), link('a', '/etc'), entry('a/x')], 'bundle-disordered'],
  ['a file in a file', [folder(''), entry('a'), entry('a/x')], 'bundle-disordered'],
  ['one name twice', [folder(''), link('a', '/etc'), folder('a')], 'bundle-disordered'],
  ['a folder that is opened again', [folder(''), folder('a'), entry('b'), entry('a/x')], 'bundle-disordered'],
  ['siblings out of order', [folder(''), entry('b'), entry('a')], 'bundle-disordered'],
  ['no root', [entry('a')], 'bundle-disordered'],
  ['a root that is a link', [link('', '/etc')], 'bundle-disordered'],
  ['a hard link to the outside', [folder(''), entry('a', { type: '1', link: '../x' })], 'bundle-path-invalid'],
  [
    'a hard link through a link',
    [folder(''), link('a', '/etc'), entry('b', { type: '1', link: 'a/x' })],
    'bundle-link-invalid',
  ],
  ['a path too deep', [folder(''), entry('a/'.repeat(1500) + 'b')], 'bundle-path-too-deep'],
  ['a kind that is unknown', [folder(''), entry('a', { type: '7' })], 'bundle-entry-unknown'],
  ['a size that cannot be', [folder(''), entry('a', { size: 2 ** 50 })], 'bundle-entry-odd'],
  ['more than it says', [folder(''), entry('a', { size: 2000, stored: 2000 })], 'bundle-too-large'],
  [
    'holes that overlap',
    [folder(''), entry('a', { size: 9, parts: [{ start: 4, length: 9 }] })],
    'bundle-sparse-invalid',
  ],
  [
    'a mark that leads elsewhere',
    [folder(''), entry('a', attribute('trusted.overlay.redirect', '/x'))],
    'bundle-attribute-reserved',
  ],
  [
    'a mark of another meaning',
    [folder(''), entry('a', attribute('trusted.overlay.opaque', 'x'))],
    'bundle-attribute-reserved',
  ],
] as const)('%s is refused', (_name, entries, reason) => {
  expect(() => checkAll(entries)).toThrow(expect.objectContaining({ wire: expect.objectContaining({ reason }) }))
})

test('too many entries are refused', () => {
  const many = [folder(''), entry('a'), entry('b')]
  expect(() => checkAll(many, { entries: 2, bytes: 10 })).toThrow(/more files than it says/)
})

test('what only meant something on the other machine is left out', () => {
  const [, made] = checkAll([
    folder(''),
    entry('a', {
      attributes: ['user.a', 'trusted.mine', 'trusted.overlay.origin', 'security.selinux'].map((name) => ({
        name,
        value: Buffer.from('y'),
      })),
    }),
  ])
  expect(made?.attributes.map(({ name }) => name)).toEqual(['user.a', 'trusted.mine'])
})
