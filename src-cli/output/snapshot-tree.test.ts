import { expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { drawTree } from './snapshot-tree.ts'

function snapshot(id: string, parentId: string | null, more: Partial<Snapshot> = {}): Snapshot {
  const made = { id, parentId, name: `s${id}`, sandboxName: 'web', live: null, pauseMs: 0, state: 'ready' }
  return { ...made, createdAt: `2026-05-0${id[0]}T10:00:00.000Z`, ...more } as Snapshot
}

test('what was made from a node hangs below it, the oldest first, and sandboxes last', () => {
  const snapshots = [snapshot('3c', '1a'), snapshot('1a', null), snapshot('2b', '1a', { state: 'damaged' })]
  const sandboxes = [
    { name: 'web', state: 'running', parentId: '3c', createdAt: '2026' },
    { name: 'fresh', state: 'stopped', parentId: null, createdAt: '2026' },
  ] as Sandbox[]
  const usage = [{ id: '1a', uniqueBytes: 2048, sharedBytes: 0, freesBytes: 0, dependents: [] }]
  expect(drawTree({ snapshots, sandboxes, usage })).toEqual([
    '1a  web@s1a  disk, 2026-05-01 10:00, 2 KiB of its own',
    '├─ 2b  web@s2b  disk, 2026-05-02 10:00, damaged',
    '└─ 3c  web@s3c  disk, 2026-05-03 10:00',
    '   └─ * web (running, now)',
    '* fresh (stopped, now)',
  ])
})

test('one whose parent is not among them is shown as a root, and nothing is lost', () => {
  expect(drawTree({ snapshots: [snapshot('2b', 'gone')], sandboxes: [], usage: [] })).toHaveLength(1)
})
