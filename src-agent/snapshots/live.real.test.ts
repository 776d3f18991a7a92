import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openSnapshotFixture, type SnapshotFixture } from '../testing/snapshots/snapshot-fixture.ts'

const { signal } = new AbortController()
let bench: SnapshotFixture

beforeAll(async () => {
  bench = await openSnapshotFixture()
})
afterAll(() => bench.close())
/** What runs on takes the processors from the tests that follow. */
afterEach(async () => {
  const { sandboxes } = bench.fixture.services()
  await Promise.all(sandboxes.list(true).map(({ id }) => sandboxes.remove(id, true)))
})

const run = async (ref: string, script: string) => (await bench.fixture.exec(ref, script)).stdout.trim()
const count = (ref: string) => run(ref, 'cat /count').then(Number)
const counting = {
  command: ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo $i > /next; mv /next /count; sleep 0.1; done'],
}

test('a gVisor sandbox goes on from its memory after a restore, and in forks of it, each by itself', async () => {
  const { fixture } = bench
  const { handlers } = bench.snapshots()
  await fixture.create('counter', { ...counting, class: 'gvisor', stopGraceMs: 0 })
  await expect.poll(() => count('counter'), { timeout: 20_000 }).toBeGreaterThan(3)
  await run('counter', 'echo 00000000000000000000000000000001 > /etc/machine-id')

  const snapshot = await bench.snapshots().take({ ref: 'counter', reason: 'manual', live: true, name: 'mid' }, signal)

  expect(snapshot.live).toMatchObject({ unusable: null, engine: 'runsc' })
  expect(snapshot.live?.bytes).toBeGreaterThan(0)
  expect(snapshot.pauseMs).toBeGreaterThan(0)
  expect(fixture.services().sandboxes.find('counter').sandbox).toMatchObject({
    state: 'running',
    parentId: snapshot.id,
  })
  const at = await count('counter')
  await expect.poll(() => count('counter'), { timeout: 20_000 }).toBeGreaterThan(at + 5)
  await run('counter', 'echo later > /later')

  const plan = await handlers.planRestore({ ref: 'counter@mid' }, signal)
  expect(plan).toMatchObject({ live: true, problems: [] })
  const { sandbox, kept } = await handlers.restoreSnapshot({ ref: 'counter@mid', keep: true }, signal)
  expect(sandbox.state).toBe('running')
  expect(kept).not.toBeNull()
  expect(await count('counter')).toBeLessThan(at + 6)
  expect(await run('counter', 'cat /later 2>/dev/null')).toBe('')

  const { sandboxes, messages } = await handlers.forkSandboxes(
    { snapshot: 'counter@mid', count: 3, prefix: 'twin', start: true },
    signal,
  )
  expect(messages.join(' ')).toContain('dropped')
  expect(sandboxes.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
  for (const { name } of sandboxes) {
    const seen = await count(name)
    await expect.poll(() => count(name), { timeout: 20_000 }).toBeGreaterThan(seen)
    expect(await run(name, 'hostname')).toBe(name)
    expect(await run(name, 'cat /etc/machine-id')).not.toContain('000000000000001')
  }
  const ids = await Promise.all(sandboxes.map(({ name }) => run(name, 'cat /etc/machine-id')))
  expect(new Set(ids).size).toBe(3)

  const [file = ''] = readdirSync(join(fixture.home, 'snapshots', snapshot.id, 'state'))
  writeFileSync(join(fixture.home, 'snapshots', snapshot.id, 'state', file), 'broken')
  await expect(handlers.restoreSnapshot({ ref: 'counter@mid', keep: true }, signal)).rejects.toMatchObject({
    wire: { reason: 'restore-not-possible' },
  })
  expect(fixture.services().sandboxes.find('counter').sandbox.state).toBe('running')
  await handlers.restoreSnapshot({ ref: 'counter@mid', live: false, keep: false }, signal)
  expect(await count('counter')).toBeGreaterThan(0)
})

test('the memory of a gVisor sandbox with a network is saved by an agent that has not started it, too', async () => {
  const { fixture } = bench
  await fixture.create('adopted', { ...counting, class: 'gvisor', network: 'nat', stopGraceMs: 0 })
  await bench.lose()
  const snapshot = await bench.snapshots().take({ ref: 'adopted', reason: 'manual', live: true }, signal)
  expect(snapshot.live).toMatchObject({ unusable: null })
  const at = await count('adopted')
  await expect.poll(() => count('adopted'), { timeout: 20_000 }).toBeGreaterThan(at + 3)
  const { address } = fixture.services().sandboxes.find('adopted').sandbox
  expect(await run('adopted', 'ip address show dev eth0')).toContain(address)
})

test('a gVisor sandbox with a connection to elsewhere is forked from its disk, with the reason, unless its memory is insisted on', async () => {
  const { fixture } = bench
  const { handlers } = bench.snapshots()
  const shared = { class: 'gvisor', networkName: 'shared', stopGraceMs: 0 } as const
  await fixture.create('server', {
    ...shared,
    class: 'container',
    command: ['sh', '-c', 'while :; do nc -l -p 80 -e sleep 1000; done'],
  })
  await fixture.create('busy', {
    ...shared,
    command: ['sh', '-c', 'echo kept > /file; while :; do sleep 1000 | nc server 80; sleep 0.1; done'],
  })
  const connections = () => run('busy', 'grep -c " 01 " /proc/net/tcp')
  await expect.poll(connections).toBe('1')

  await expect(
    handlers.forkSandboxes({ sandbox: 'busy', count: 1, live: true, start: true }, signal),
  ).rejects.toMatchObject({ wire: { reason: 'live-connections-open' } })
  const { sandboxes, messages } = await handlers.forkSandboxes(
    { sandbox: 'busy', count: 2, prefix: 'free', start: true },
    signal,
  )
  expect(messages.join(' ')).toContain('The forks start anew from the disk')
  expect(sandboxes.map(({ name, state }) => [name, state])).toEqual([
    ['free-1', 'running'],
    ['free-2', 'running'],
  ])
  for (const { name } of sandboxes) expect(await run(name, 'cat /file')).toBe('kept')
})
