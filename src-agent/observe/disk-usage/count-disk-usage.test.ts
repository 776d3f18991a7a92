import { expect, test } from 'vitest'
import type { DiskKind } from '#contract/disk-usage'
import { countDiskUsage, type Kept } from './count-disk-usage.ts'
import { parseSizes } from './measure-state.ts'

const nothing: Kept = { images: [], sandboxes: [], snapshots: [], volumes: [] }
const of = (kind: DiskKind, sizes: Readonly<Record<string, number>>, kept: Partial<Kept>) =>
  countDiskUsage(new Map(Object.entries(sizes)), { ...nothing, ...kept }).find((each) => each.kind === kind)
const sandbox = (id: string, more: object = {}) =>
  ({
    ...{ id, state: 'stopped' as const, restartsAt: null, layers: [], isBuilder: false },
    ...more,
  }) as Kept['sandboxes'][number]

test('a part of several images counts once, and is needed as long as one of them is used', () => {
  const [base, own, other, alone] = [
    { digest: 'base', bytes: 100 },
    { digest: 'own', bytes: 10 },
    { digest: 'other', bytes: 20 },
    { digest: 'alone', bytes: 5 },
  ]
  const images = [
    { parts: [base, own], isUsed: true },
    { parts: [base, other], isUsed: false },
    { parts: [alone], isUsed: false },
  ]
  expect(of('images', {}, { images })).toMatchObject({
    ...{ count: 3, active: 1, bytes: 135, sharedBytes: 100, reclaimableBytes: 25 },
  })
})

test('a layer that no sandbox stands on would be free, and one that two have counts once', () => {
  const sizes = { 'layers/a': 7, 'layers/b': 3, blocks: 1 }
  const kept = {
    sandboxes: [sandbox('s', { layers: ['a'] })],
    snapshots: [
      { layers: ['a'], hasMemory: false },
      { layers: ['b', 'a'], hasMemory: true },
    ],
  }
  expect(of('layers', sizes, kept)).toMatchObject({
    count: 2,
    active: 1,
    bytes: 11,
    sharedBytes: 7,
    reclaimableBytes: 3,
  })
  expect(of('memory', { snapshots: 50 }, kept)).toMatchObject({ count: 1, bytes: 50, reclaimableBytes: 50 })
})

test('the disk of a sandbox is without its logs, and both are needed while it runs or waits to', () => {
  const sizes = {
    ...{ 'sandboxes/runs': 100, 'sandboxes/runs/log': 10, 'sandboxes/runs/log.1': 5 },
    ...{ 'sandboxes/rests': 40, 'sandboxes/rests/log': 4, 'sandboxes/waits': 8, logs: 1 },
  }
  const sandboxes = [
    sandbox('runs', { state: 'running' }),
    sandbox('rests'),
    sandbox('waits', { restartsAt: '2026-01-01T00:00:00.000Z' }),
  ]
  expect(of('sandboxes', sizes, { sandboxes })).toMatchObject({ count: 3, active: 2, bytes: 129, reclaimableBytes: 36 })
  expect(of('logs', sizes, { sandboxes })).toMatchObject({ bytes: 20, reclaimableBytes: 4 })
})

test('what builds keep is told apart from sandboxes of people', () => {
  const sizes = { 'sandboxes/b': 9 }
  const sandboxes = [sandbox('b', { isBuilder: true })]
  expect(of('builds', sizes, { sandboxes })).toMatchObject({ count: 1, bytes: 9, reclaimableBytes: 9 })
  expect(of('sandboxes', sizes, { sandboxes })).toMatchObject({ count: 0, bytes: 0 })
})

test('what was measured is read by path, also a name with a line in it', () => {
  const sizes = parseSizes('4096\t/state/volumes/a\u00008192\t/state/volumes\u00001\t/state/x\ny\u0000')
  expect([...sizes]).toEqual([
    ['volumes/a', 4096],
    ['volumes', 8192],
    ['x\ny', 1],
  ])
})
