import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../base/process/run.ts'
import { namedLayers } from '../sandboxes/layer-references.ts'
import { addSandbox, createFixture, type Fixture } from '../testing/class-bench.ts'
import { createRandom, makeRandomLayer } from '../testing/layers/random-layer.ts'
import { actAsGuest } from '../testing/snapshots/random-guest.ts'
import { createSnapshotBench, type SnapshotBench } from '../testing/snapshots/snapshot-bench.ts'
import { describeTree, withMounted } from '../testing/snapshots/tree-oracle.ts'

// The engines of this test are made up; records, layers and mounts are real.
vi.mock('../base/kernel/host-process.ts', () => ({ isMonitorOf: async () => true, handlesSignal: async () => true }))

const { signal } = new AbortController()
let fixture: Fixture
let bench: SnapshotBench
/** By id of a sandbox or snapshot: a full copy of what it is to show. */
let copies: Map<string, string>
let copied = 0

beforeEach(async () => {
  fixture = createFixture()
  rmSync(join(fixture.home, 'tree'), { recursive: true })
  await makeRandomLayer(join(fixture.home, 'tree'), 4711)
  bench = createSnapshotBench(fixture)
  await bench.snapshots.resume()
  const record = addSandbox({ services: bench.services } as never, fixture, { class: 'container', runs: false })
  copies = new Map()
  await noteCopy(record.sandbox.id)
})
afterEach(async () => {
  await bench.snapshots.close()
  fixture.dispose()
})

const trees = (layers: readonly string[]) => [
  ...layers.map((layer) => join(fixture.home, 'layers', layer, 'tree')),
  join(fixture.home, 'tree'),
]

function withRoot<T>(id: string, work: (root: string) => Promise<T>): Promise<T> {
  const snapshot = bench.services.snapshotRecords.get(id)
  if (snapshot) return withMounted(fixture.home, trees(snapshot.layers), null, work)
  const { layers } = bench.sandboxes.find(id)
  return withMounted(fixture.home, trees(layers), bench.services.folder.sandbox(id), work)
}

async function noteCopy(id: string): Promise<void> {
  copied += 1
  const copy = join(fixture.home, `copy-${copied}`)
  await withRoot(id, (root) => run('cp', ['-a', root, copy]))
  copies.set(id, copy)
}

async function expectSame(id: string, what: string): Promise<void> {
  const wanted = await describeTree(copies.get(id) ?? '')
  expect(await withRoot(id, describeTree), what).toBe(wanted)
}

async function write(id: string, random: (below: number) => number): Promise<void> {
  await bench.sandboxes.start(id, signal)
  await withRoot(id, (root) => actAsGuest(root, random))
  await bench.sandboxes.stop(id)
  await noteCopy(id)
}

const operations = Number(process.env['JOEY_ORACLE_OPERATIONS'] ?? 50)

test(`${operations} random operations leave every node of the tree what a full copy of it is`, async () => {
  const random = createRandom(operations + 7)
  const pick = <T>(list: readonly T[]): T | undefined => list[random(list.length)]
  for (let index = 0; index < operations; index += 1) {
    const { records, snapshotRecords: snapshots } = bench.services
    const head = pick(records.all())?.sandbox.id ?? ''
    const node = pick(snapshots.all())?.snapshot.id
    const act = random(10)
    const what = `operation ${index} (${act})`
    if (act < 3 || node === undefined) {
      await write(head, random)
      const runs = random(3) === 0
      if (runs) await bench.sandboxes.start(head, signal)
      const { id } = await bench.snapshots.take({ ref: head, reason: 'manual', live: false }, signal)
      if (runs) await bench.sandboxes.stop(head)
      copies.set(id, copies.get(head) ?? '')
      await expectSame(id, what)
    } else if (act < 5) await write(head, random)
    else if (act < 7) {
      const before = copies.get(head) ?? ''
      const { kept } = await bench.snapshots.handlers.restoreSnapshot(
        { ref: node, sandbox: head, keep: random(2) === 0 },
        signal,
      )
      if (kept !== null) copies.set(kept, before)
      copies.set(head, copies.get(node) ?? '')
    } else if (act < 8 && records.all().length < 4) {
      const wish = { snapshot: node, count: 1, start: false }
      const { sandboxes } = await bench.snapshots.handlers.forkSandboxes(wish, signal)
      copies.set(sandboxes[0]?.id ?? '', copies.get(node) ?? '')
    } else {
      await bench.snapshots.remove(node)
      copies.delete(node)
    }
    await expectSame(head, what)
  }
  for (const id of copies.keys()) await expectSame(id, 'at the end')
  const checks = await bench.snapshots.handlers.verifySnapshots({}, signal)
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  const left = await run('ls', [join(fixture.home, 'layers')])
  expect(left.stdout.trim().split('\n').sort()).toEqual([...namedLayers(bench.services)].sort())
}, 120_000)

test('a chain that has become long is joined in the background, and every node shows what it did', async () => {
  const random = createRandom(3)
  const id = bench.services.records.all()[0]?.sandbox.id ?? ''
  const nodes: string[] = []
  for (let index = 0; index < 44; index += 1) {
    const isLooked = index % 22 === 0
    if (isLooked) await write(id, random)
    else {
      const { upper } = bench.services.folder.sandbox(id)
      await run('mkdir', ['-p', join(upper, `made-${index}`)])
    }
    nodes.push((await bench.snapshots.take({ ref: id, reason: 'manual', live: false }, signal)).id)
    if (isLooked) copies.set(nodes.at(-1) ?? '', copies.get(id) ?? '')
    else copies.delete(id)
  }
  await noteCopy(id)
  await bench.services.background.settled()
  expect(bench.sandboxes.find(id).layers.length).toBeLessThanOrEqual(40)
  for (const each of copies.keys()) await expectSame(each, each)
  await write(id, random)
  await expectSame(id, 'written to afterwards')
}, 120_000)
