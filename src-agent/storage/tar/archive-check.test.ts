import { expect, test } from 'vitest'
import { createArchiveCheck } from './archive-check.ts'
import type { TarEntry } from './read-entries.ts'

const base: TarEntry = {
  ...{ path: 'file', type: '0', link: '', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, major: 0, minor: 0 },
  ...{ attributes: [], size: 0, parts: null, stored: 0 },
}
const room = { bytes: 1000, files: 100 }
const link = { path: 'link', type: '2', link: '/etc' }

function checkAll(entries: readonly Partial<TarEntry>[]) {
  const check = createArchiveCheck(room, 'volume')
  return entries.map((entry) => check({ ...base, ...entry }))
}

test.each<[string, Partial<TarEntry>[], string]>([
  ['a path above the root', [{ path: 'a/../../b' }], 'path'],
  ['an absolute path', [{ path: '/etc/passwd' }], 'path'],
  ['a root that is no folder', [{ path: '', ...{ type: '2', link: '/' } }], 'path'],
  ['a name that is too long', [{ path: 'n'.repeat(256) }], 'path'],
  ['a file behind a link', [link, { path: 'link/passwd' }], 'behind'],
  ['a folder in the place of a link', [link, { path: 'link', type: '5' }], 'behind'],
  [
    'a file behind the second name of a link',
    [link, { path: 'h', type: '1', link: 'link' }, { path: 'h/x' }],
    'behind',
  ],
  ['a second name of what lies behind a link', [link, { path: 'h', type: '1', link: 'link/shadow' }], 'behind'],
  ['a second name of what lies outside', [{ path: 'h', type: '1', link: '../shadow' }], 'link'],
  ['a link to nothing', [{ path: 'l', type: '2', link: '' }], 'link'],
  ['an unknown kind', [{ type: 'S' }], 'kind'],
  ['an owner that no system has', [{ uid: 2 ** 32 - 1 }], 'numbers'],
  ['a folder with content', [{ type: '5', stored: 1 }], 'numbers'],
  [
    'holes that overlap',
    [
      {
        size: 9,
        parts: [
          { start: 5, length: 1 },
          { start: 0, length: 1 },
        ],
      },
    ],
    'numbers',
  ],
  ['an attribute that is too large', [{ attributes: [{ name: 'user.a', value: Buffer.alloc(65_537) }] }], 'attribute'],
])('%s is refused', (_what, entries, what) => {
  expect(() => checkAll(entries)).toThrow(
    expect.objectContaining({
      wire: expect.objectContaining({ reason: 'volume-archive-refused', params: expect.objectContaining({ what }) }),
    }),
  )
})

test('what is larger, or has more files, than there is room for is refused', () => {
  for (const entries of [
    [
      { size: 600, stored: 600 },
      { path: 'b', size: 600, stored: 600 },
    ],
    Array(101).fill({}),
  ]) {
    expect(() => checkAll(entries)).toThrow(
      expect.objectContaining({ wire: expect.objectContaining({ reason: 'volume-archive-too-large' }) }),
    )
  }
})

test('devices are left out, and links and names in any order are taken as they are', () => {
  const entries = [
    { path: 'b/file' },
    { path: 'device', type: '3' },
    { path: 'a', type: '5' },
    link,
    { path: 'a/pipe', type: '6' },
  ]
  expect(checkAll(entries).map((entry) => entry?.path)).toEqual(['b/file', undefined, 'a', 'link', 'a/pipe'])
})

test('attributes that only mean something to another machine are left out', () => {
  const attributes = [
    'user.kind',
    'security.capability',
    'security.selinux',
    'trusted.overlay.opaque',
    'user.overlay.opaque',
  ]
  const [safe] = checkAll([{ attributes: attributes.map((name) => ({ name, value: Buffer.from('x') })) }])
  expect(safe?.attributes.map(({ name }) => name)).toEqual(['user.kind', 'security.capability'])
})
