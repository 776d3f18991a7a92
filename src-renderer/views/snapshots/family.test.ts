import { expect, test } from 'vitest'
import { makeSandbox } from '../../testing/samples.ts'
import { makeSnapshot } from '../../testing/snapshot-samples.ts'
import { familyOf } from './family.ts'

const id = (letter: string): string => letter.repeat(12)
const day = (number: number): string => `2026-01-${String(number).padStart(2, '0')}T00:00:00.000Z`
const web = makeSandbox({ parentId: id('b') })
const fork = makeSandbox({ id: id('f'), name: 'fork', parentId: id('e') })
const stranger = makeSandbox({ id: id('9'), name: 'stranger' })
const snapshots = [
  makeSnapshot({ id: id('a'), createdAt: day(1) }),
  makeSnapshot({ id: id('b'), parentId: id('a'), createdAt: day(2) }),
  makeSnapshot({ id: id('e'), parentId: id('a'), sandboxId: fork.id, createdAt: day(3) }),
  makeSnapshot({ id: id('d'), sandboxId: stranger.id, createdAt: day(4) }),
]
const known = {
  snapshots: new Map(snapshots.map((each) => [each.id, each])),
  sandboxes: new Map([fork, stranger, web].map((each) => [each.id, each])),
}
const arrows = (of = web) => familyOf(of, known).map(({ key, parentKey }) => `${parentKey} > ${key}`)

test('a family is the sandbox, its snapshots, and what was made from them, without strangers', () => {
  expect(arrows()).toEqual([
    'null > image',
    `image > snapshot:${id('a')}`,
    `snapshot:${id('a')} > snapshot:${id('b')}`,
    `snapshot:${id('a')} > snapshot:${id('e')}`,
    `snapshot:${id('b')} > sandbox:${web.id}`,
    `snapshot:${id('e')} > sandbox:${fork.id}`,
  ])
})

test('a fork has the same family, and stands first in it', () => {
  expect(arrows(fork).toSorted()).toEqual(arrows().toSorted())
  expect(familyOf(fork, known).filter(({ kind }) => kind === 'head')[0]?.key).toBe(`sandbox:${fork.id}`)
})

test('a sandbox without snapshots stands on its image alone', () => {
  const alone = makeSandbox({ id: id('7') })
  expect(
    familyOf(alone, { snapshots: new Map(), sandboxes: new Map([[alone.id, alone]]) }).map(({ key }) => key),
  ).toEqual(['image', `sandbox:${alone.id}`])
})

test('a parent that is not known leaves its child on the image, and a ring of parents ends', () => {
  const ring = [
    makeSnapshot({ id: id('1'), parentId: id('2') }),
    makeSnapshot({ id: id('2'), parentId: id('1') }),
    makeSnapshot({ id: id('3'), parentId: id('8') }),
  ]
  const nodes = familyOf(makeSandbox(), {
    snapshots: new Map(ring.map((each) => [each.id, each])),
    sandboxes: new Map(),
  })
  expect(nodes).toHaveLength(4)
  expect(nodes.find(({ key }) => key === `snapshot:${id('3')}`)?.parentKey).toBe('image')
})
