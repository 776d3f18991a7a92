import { expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { makeSandbox } from '../../testing/samples.ts'
import { makeSnapshot } from '../../testing/snapshot-samples.ts'
import { familyOf, type TreeNode } from './family.ts'
import { card, layoutTree, type TreeLayout } from './tree-layout.ts'

const hex = (number: number): string => number.toString(16).padStart(12, '0')
const time = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

/** A family by `[number, parent, sandbox]` of each snapshot and `[sandbox, parent]` of each head. */
function family(
  snapshots: readonly (readonly [number, number | null, number])[],
  heads: readonly (readonly [number, number | null])[],
): TreeNode[] {
  const toId = (number: number | null): string | null => (number === null ? null : hex(number))
  const made = snapshots.map(
    ([number, parent, of]): Snapshot =>
      makeSnapshot({ id: hex(number), parentId: toId(parent), sandboxId: hex(of), createdAt: time(number) }),
  )
  const sandboxes = heads.map(([number, parent]): Sandbox => makeSandbox({ id: hex(number), parentId: toId(parent) }))
  const [main = makeSandbox()] = sandboxes
  return familyOf(main, {
    snapshots: new Map(made.map((each) => [each.id, each])),
    sandboxes: new Map(sandboxes.map((each) => [each.id, each])),
  })
}

function expectSound({ placed, byKey, links }: TreeLayout): void {
  const places = new Set(placed.map(({ row, column }) => `${row}:${column}`))
  expect(places.size, 'no two cards in one place').toBe(placed.length)
  for (const { node, row } of placed) {
    const parent = byKey.get(node.parentKey ?? '')
    if (parent) expect(parent.row, `${node.key} below its parent`).toBeLessThan(row)
  }
  // A link runs in the column of its child, so nothing else may stand there between the two.
  for (const { from, to } of links) {
    const between = placed.filter(
      ({ column, row }) => column === to.column && row > from.row && row < to.row && from.column !== to.column,
    )
    expect(
      between.map(({ node }) => node.key),
      `the way to ${to.node.key} is free`,
    ).toEqual([])
  }
}

const at = (layout: TreeLayout, number: number, kind = 'snapshot') => {
  const found = layout.byKey.get(`${kind}:${hex(number)}`)
  return found ? [found.row, found.column] : undefined
}

test('a line of snapshots is one column, and the sandbox stands below it', () => {
  const layout = layoutTree(
    family(
      [
        [1, null, 900],
        [2, 1, 900],
        [3, 2, 900],
      ],
      [[900, 3]],
    ),
  )
  expect([at(layout, 1), at(layout, 2), at(layout, 3), at(layout, 900, 'sandbox')]).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 0],
  ])
  expectSound(layout)
})

test('five forks stand side by side in the row of now', () => {
  const forks = [901, 902, 903, 904, 905].map((number) => [number, 1] as const)
  const layout = layoutTree(family([[1, null, 900]], [[900, 1], ...forks]))
  expect([900, ...forks.map(([number]) => number)].map((number) => at(layout, number, 'sandbox'))).toEqual(
    [0, 1, 2, 3, 4, 5].map((column) => [2, column]),
  )
  expectSound(layout)
})

test('the line of the sandbox itself goes straight on, even where a fork is older', () => {
  const layout = layoutTree(
    family(
      [
        [1, null, 900],
        [2, 1, 901],
        [3, 1, 900],
      ],
      [
        [900, 3],
        [901, 2],
      ],
    ),
  )
  expect([at(layout, 1)?.[1], at(layout, 3)?.[1], at(layout, 900, 'sandbox')?.[1]]).toEqual([0, 0, 0])
  expect([at(layout, 2)?.[1], at(layout, 901, 'sandbox')?.[1]]).toEqual([1, 1])
})

test('the later of two forks stands nearer, so that their links do not cross', () => {
  const layout = layoutTree(
    family(
      [
        [1, null, 900],
        [2, 1, 900],
      ],
      [
        [900, 2],
        [901, 1],
        [902, 2],
      ],
    ),
  )
  expect([at(layout, 902, 'sandbox')?.[1], at(layout, 901, 'sandbox')?.[1]]).toEqual([1, 2])
})

test('what has ended leaves its column to what came later', () => {
  // Restored twice: 2 and 4 are left behind, one below the other.
  const layout = layoutTree(
    family(
      [
        [1, null, 900],
        [2, 1, 900],
        [3, 1, 900],
        [4, 3, 900],
        [5, 3, 900],
      ],
      [[900, 5]],
    ),
  )
  expectSound(layout)
  expect(Math.max(...layout.placed.map(({ column }) => column))).toBeLessThanOrEqual(2)
})

test('time runs down: nothing stands below what is younger', () => {
  const layout = layoutTree(
    family(
      [
        [1, null, 900],
        [2, 1, 901],
        [3, 1, 900],
        [4, 2, 901],
        [5, 3, 900],
      ],
      [
        [900, 5],
        [901, 4],
      ],
    ),
  )
  const byTime = layout.placed
    .filter(({ node }) => node.kind === 'snapshot')
    .toSorted((a, b) => (a.node.key < b.node.key ? -1 : 1))
  const rows = byTime.map(({ row }) => row)
  expect(rows).toEqual(rows.toSorted((a, b) => a - b))
})

test('the same family in any order has the same picture', () => {
  const nodes = family(
    [
      [1, null, 900],
      [2, 1, 901],
      [3, 1, 900],
      [4, 1, 900],
    ],
    [
      [900, 3],
      [901, 2],
      [902, 4],
      [903, 4],
    ],
  )
  const picture = (of: readonly TreeNode[]): string[] =>
    layoutTree(of).placed.map(({ node, x, y }) => `${node.key} ${x} ${y}`)
  expect(picture(nodes.toReversed())).toEqual(picture(nodes))
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('random family %i: no overlap, parents above, ways free', (seed) => {
  let state = seed * 7919
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % below
  }
  const snapshots = Array.from({ length: 60 }, (_, index) => {
    const parent = index === 0 || random(9) === 0 ? null : 1 + random(index)
    return [index + 1, parent, 900 + random(3)] as const
  })
  const heads = Array.from({ length: 12 }, (_, index) => [900 + index, 1 + random(60)] as const)
  const layout = layoutTree(family(snapshots, heads))
  expectSound(layout)
  expect(layout.placed.every(({ x, y }) => x + card.width <= layout.width && y + card.height <= layout.height)).toBe(
    true,
  )
})

test('a clock that went back and a ring of parents are drawn all the same', () => {
  const back = family(
    [
      [5, null, 900],
      [2, 5, 900],
    ],
    [[900, 2]],
  )
  expectSound(layoutTree(back))
  const ring = family(
    [
      [1, 2, 900],
      [2, 1, 900],
    ],
    [[900, 2]],
  )
  expect(layoutTree(ring).placed).toHaveLength(4)
})
