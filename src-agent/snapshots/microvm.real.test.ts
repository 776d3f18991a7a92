import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openSnapshotFixture, type SnapshotFixture } from '../testing/snapshots/snapshot-fixture.ts'

const { signal } = new AbortController()
let bench: SnapshotFixture

beforeAll(async () => {
  bench = await openSnapshotFixture()
}, 120_000)
afterAll(() => bench.close(), 60_000)
/** What runs on takes the processors from the tests that follow. */
afterEach(async () => {
  const { sandboxes } = bench.fixture.services()
  await Promise.all(sandboxes.list(true).map(({ id }) => sandboxes.remove(id, true)))
})

const run = async (ref: string, script: string) => (await bench.fixture.exec(ref, script)).stdout.trim()

test('the disk of a running micro-VM is kept, put back, and read by another class', async () => {
  const { fixture } = bench
  const { handlers, take } = bench.snapshots()
  await fixture.create('machine', { class: 'microvm', stopGraceMs: 0 })
  await run('machine', 'echo one > /note; mkdir /data; echo 1 > /data/a')

  const snapshot = await take({ ref: 'machine', reason: 'manual', live: false, name: 'first' }, signal)
  expect(snapshot.pauseMs).toBeGreaterThan(0)
  await run('machine', 'echo two > /note; rm -r /data')
  expect(fixture.services().sandboxes.find('machine').sandbox.state).toBe('running')

  const { sandbox } = await handlers.restoreSnapshot({ ref: 'machine@first', keep: true }, signal)
  expect(sandbox).toMatchObject({ state: 'running', parentId: snapshot.id })
  expect(await run('machine', 'cat /note /data/a')).toBe('one\n1')

  await handlers.forkSandboxes(
    { snapshot: 'machine@first', count: 1, prefix: 'box', class: 'container', start: true },
    signal,
  )
  expect(await run('box', 'cat /note /data/a; hostname')).toBe('one\n1\nbox')
}, 120_000)

test('a micro-VM goes on from its memory, and so do forks of it', async () => {
  const { fixture } = bench
  const { handlers, take } = bench.snapshots()
  const command = ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo $i > /count; sleep 0.1; done']
  await fixture.create('clock', { class: 'microvm', command, stopGraceMs: 0 })
  const count = (ref: string) => run(ref, 'cat /count').then(Number)
  await expect.poll(() => count('clock'), { timeout: 20_000 }).toBeGreaterThan(3)
  const snapshot = await take({ ref: 'clock', reason: 'manual', live: true, name: 'mid' }, signal)
  expect(snapshot.live).toMatchObject({ unusable: null, engine: 'qemu' })
  const at = await count('clock')
  await expect.poll(() => count('clock'), { timeout: 20_000 }).toBeGreaterThan(at + 20)
  await handlers.restoreSnapshot({ ref: 'clock@mid', keep: false }, signal)
  expect(await count('clock')).toBeLessThan(at + 20)
  const { sandboxes } = await handlers.forkSandboxes(
    { snapshot: 'clock@mid', count: 1, prefix: 'tick', start: true },
    signal,
  )
  for (const { name } of sandboxes) {
    const seen = await count(name)
    await expect.poll(() => count(name), { timeout: 20_000 }).toBeGreaterThan(seen)
    expect(await run(name, 'hostname')).toBe(name)
  }
}, 120_000)
