import { expect, test } from 'vitest'
import { findChanges } from './copy-changes.ts'

/** As `find` prints it; times in seconds. */
const entry = (
  kind: string,
  inode: number,
  changed: number,
  more: { size?: number; modified?: number; links?: number } = {},
) =>
  `${kind} ${inode} ${changed}.0000000000 ${more.size ?? 10} 644 0:0 ${more.modified ?? changed}.0000000000 ${more.links ?? 1}`
const listing = (entries: Record<string, string>) => new Map(Object.entries(entries))
const sinceNs = 100n * 1_000_000_000n

/** A copy that was made of `before` without fault. */
function compare(before: Record<string, string>, now: Record<string, string>, have = before) {
  return findChanges({ before: listing(before), sinceNs, now: listing(now), have: listing(have) })
}
const nothing = { gone: [], folders: [], touched: [], copies: [], links: [], bytes: 0 }
const root = entry('d', 1, 50)

test('nothing is copied of what is as it was', () => {
  const tree = { '': root, a: entry('d', 2, 50), 'a/f': entry('f', 3, 50) }
  expect(compare(tree, tree)).toEqual(nothing)
})

test('a file with another time of change is copied, and its folder gets its times again', () => {
  const before = { '': root, a: entry('d', 2, 50), 'a/f': entry('f', 3, 50) }
  const now = { ...before, 'a/f': entry('f', 3, 60, { modified: 50 }) }
  expect(compare(before, now)).toEqual({ ...nothing, copies: ['a/f'], touched: ['a'], bytes: 10 })
})

test('a file that was changed about when the copying began is copied although nothing in its facts shows it', () => {
  const tree = { '': root, f: entry('f', 3, 100) }
  expect(compare(tree, tree)).toMatchObject({ copies: ['f'] })
})

test('another file under an old name is copied, whatever its times', () => {
  const before = { '': root, f: entry('f', 3, 50) }
  expect(compare(before, { '': root, f: entry('f', 4, 50) })).toMatchObject({ copies: ['f'] })
})

test('what the copying missed or copied at a bad moment is copied', () => {
  const tree = { '': root, f: entry('f', 3, 50), g: entry('f', 4, 50) }
  const have = { '': root, g: entry('f', 99, 50, { size: 7 }) }
  expect(compare(tree, tree, have)).toMatchObject({ copies: ['f', 'g'] })
})

test('a file with several names is copied once, and the others are linked to it', () => {
  const before = { '': root, a: entry('f', 3, 50, { links: 2 }), b: entry('f', 3, 50, { links: 2 }) }
  const changed = entry('f', 3, 70, { links: 3 })
  expect(compare(before, { '': root, a: changed, b: changed, c: changed })).toEqual({
    ...nothing,
    copies: ['a'],
    links: [
      ['b', 'a'],
      ['c', 'a'],
    ],
    touched: [''],
    bytes: 10,
  })
})

test('names of one file that were copied as two files are put together', () => {
  const tree = { '': root, a: entry('f', 3, 50, { links: 2 }), b: entry('f', 3, 50, { links: 2 }) }
  const have = { '': root, a: entry('f', 8, 50), b: entry('f', 9, 50) }
  expect(compare(tree, tree, have)).toMatchObject({ copies: ['a'], links: [['b', 'a']] })
})

test('a further deletion, which changes the inode of all deletions, copies none of the others', () => {
  const before = { '': root, x: entry('c', 5, 50, { links: 2 }) }
  const now = {
    '': root,
    x: entry('c', 5, 80, { modified: 50, links: 3 }),
    y: entry('c', 5, 80, { modified: 50, links: 3 }),
  }
  expect(compare(before, now)).toEqual({ ...nothing, links: [['y', 'x']], touched: [''] })
})

test('everything below a folder that was renamed meanwhile is copied, and nothing beside it', () => {
  const before = { '': root, a: entry('d', 2, 50), 'a/f': entry('f', 3, 50), ab: entry('f', 4, 50) }
  const now = { ...before, a: entry('d', 2, 120, { modified: 50 }) }
  expect(compare(before, now)).toMatchObject({ folders: ['a'], copies: ['a/f'] })
})

test('a folder into which something was put is made anew, and what is in it stays', () => {
  const before = { '': root, a: entry('d', 2, 50), 'a/f': entry('f', 3, 50) }
  const now = { '': root, a: entry('d', 2, 120), 'a/f': entry('f', 3, 50), 'a/g': entry('f', 4, 120) }
  expect(compare(before, now)).toMatchObject({ folders: ['a'], copies: ['a/g'], gone: [], touched: [''] })
})

test('a file in the place of a folder, and the reverse, go with all that is in them', () => {
  const before = { '': root, a: entry('d', 2, 50), 'a/f': entry('f', 3, 50), b: entry('f', 4, 50) }
  const now = { '': root, a: entry('f', 8, 120), b: entry('d', 9, 120), 'b/g': entry('f', 10, 120) }
  expect(compare(before, now)).toMatchObject({ gone: ['a', 'a/f', 'b'], folders: ['b'], copies: ['a', 'b/g'] })
})
