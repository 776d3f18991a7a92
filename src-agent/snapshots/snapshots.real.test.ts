import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readAccounts } from '../sandboxes/account-files.ts'
import { namedLayers } from '../sandboxes/layer-references.ts'
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

const countLayers = async () => readdirSync(join(bench.fixture.home, 'layers')).length
const read = async (ref: string, path: string) =>
  (await bench.fixture.exec(ref, `cat ${path} 2>/dev/null`)).stdout.trim()

test('a stopped container is kept without a copy, and goes back to what it was', async () => {
  const { fixture } = bench
  await fixture.create('quiet')
  await fixture.exec(
    'quiet',
    'echo "joe:x:1234:1234::/:/bin/sh" >> /etc/passwd; echo one > /note; rm /etc/hostname.bak 2>/dev/null; mkdir /data; echo 1 > /data/a',
  )
  await fixture.services().sandboxes.stop('quiet')

  const snapshot = await bench.snapshots().take({ ref: 'quiet', reason: 'manual', live: false, name: 'first' }, signal)

  expect(snapshot).toMatchObject({ state: 'ready', pauseMs: 0, name: 'first', parentId: null, live: null })
  await fixture.services().sandboxes.start('quiet', signal)
  expect(await read('quiet', '/note')).toBe('one')
  const services = fixture.services()
  expect((await readAccounts(services, services.sandboxes.find('quiet'))).passwd).toContain('joe:x:1234')
  await fixture.exec('quiet', 'echo two > /note; rm -r /data; echo new > /more')
  const { sandbox, kept } = await bench.snapshots().handlers.restoreSnapshot({ ref: 'quiet@first', keep: true }, signal)
  expect(sandbox).toMatchObject({ state: 'running', parentId: snapshot.id })
  expect(await read('quiet', '/note')).toBe('one')
  expect(await read('quiet', '/data/a')).toBe('1')
  expect(await read('quiet', '/more')).toBe('')
  await bench.snapshots().handlers.restoreSnapshot({ ref: kept ?? '', keep: false }, signal)
  expect(await read('quiet', '/note')).toBe('two')
  expect(await read('quiet', '/more')).toBe('new')
})

test('a running container is kept while it runs, and stands still for a moment only', async () => {
  const { fixture } = bench
  await fixture.create('busy', {
    command: ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo $i > /count; sleep 0.05; done'],
  })
  await fixture.exec('busy', 'dd if=/dev/urandom of=/big bs=1M count=20 2>/dev/null; mkdir -p /a/b; echo x > /a/b/c')
  const before = Number(await read('busy', '/count'))

  const snapshot = await bench.snapshots().take({ ref: 'busy', reason: 'manual', live: false }, signal)

  expect(snapshot.pauseMs).toBeGreaterThan(0)
  expect(fixture.services().sandboxes.find('busy')).toMatchObject({ layers: [], sandbox: { parentId: snapshot.id } })
  await expect.poll(() => read('busy', '/count').then(Number)).toBeGreaterThan(before)
  const sum = (ref: string) => fixture.exec(ref, 'sha256sum < /big; cat /a/b/c').then(({ stdout }) => stdout)
  const { sandboxes, messages } = await bench
    .snapshots()
    .handlers.forkSandboxes({ snapshot: snapshot.id, count: 2, prefix: 'copy', start: true }, signal)
  expect(sandboxes.map(({ name, state, parentId }) => [name, state, parentId])).toEqual([
    ['copy-1', 'running', snapshot.id],
    ['copy-2', 'running', snapshot.id],
  ])
  expect(messages).toEqual([])
  expect(new Set(sandboxes.map(({ address }) => address)).size).toBe(2)
  expect(await sum('copy-1')).toBe(await sum('busy'))
  expect((await fixture.exec('copy-2', 'hostname')).stdout.trim()).toBe('copy-2')
  // What stands on it goes on when it is removed, and stands on its parent.
  const { freedBytes } = await bench.snapshots().remove(snapshot.id)
  expect(freedBytes).toBe(0)
  expect(fixture.services().sandboxes.find('copy-1').sandbox.parentId).toBeNull()
  await fixture.services().sandboxes.restart('copy-1', { graceMs: 0 }, signal)
  expect(await sum('copy-1')).toBe(await sum('busy'))
  await Promise.all(['copy-1', 'copy-2'].map((name) => fixture.services().sandboxes.remove(name, true)))
  expect(await bench.services().layers.facts(snapshot.id)).toBeNull()
  expect(namedLayers(bench.services()).size).toBe(await countLayers())
})

test('a fork has a machine id, a random seed and SSH host keys of its own, and follows no link of its parent', async () => {
  const { fixture } = bench
  await fixture.create('parent')
  await fixture.exec(
    'parent',
    `mkdir -p /etc/ssh /var/lib/systemd /var/lib; echo 00000000000000000000000000000001 > /etc/machine-id; chmod 444 /etc/machine-id
     echo seed > /var/lib/systemd/random-seed; ln -s /tmp /var/lib/dbus; echo mine > /tmp/machine-id
     echo key > /etc/ssh/ssh_host_ed25519_key; echo pub > /etc/ssh/ssh_host_ed25519_key.pub; chown 12:34 /etc/ssh; chmod 711 /etc/ssh`,
  )
  const { sandboxes, pauseMs, messages } = await bench
    .snapshots()
    .handlers.forkSandboxes({ sandbox: 'parent', count: 1, start: true }, signal)
  expect(sandboxes[0]?.name).toBe('parent-1')
  expect(pauseMs).toBeGreaterThan(0)
  expect(messages.join(' ')).toContain('SSH host keys')
  const { stdout } = await fixture.exec(
    'parent-1',
    'cat /etc/machine-id; stat -c "%a %u" /etc/machine-id; stat -c "%a %u %g" /etc/ssh; cat /tmp/machine-id; cat /var/lib/systemd/random-seed | head -c 4 | grep -c seed; grep -c key /etc/ssh/ssh_host_ed25519_key',
  )
  const lines = stdout.trim().split('\n')
  expect(lines[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(lines[0]).not.toContain('0000000000000000')
  expect(lines.slice(1, 5)).toEqual(['444 0', '711 12 34', 'mine', '0'])
  expect(await read('parent-1', '/etc/ssh/ssh_host_ed25519_key')).not.toBe('key')
})

test('snapshots outlive their sandbox, and new ones are made from them', async () => {
  const { fixture } = bench
  const { handlers, take } = bench.snapshots()
  await fixture.create('brief')
  await fixture.exec('brief', 'echo kept > /note')
  await take({ ref: 'brief', reason: 'manual', live: false, name: 'last' }, signal)
  await fixture.services().sandboxes.remove('brief', true)
  expect(await handlers.listSnapshots({ sandbox: 'brief' }, signal)).toMatchObject([{ name: 'last' }])
  await expect(handlers.planRestore({ ref: 'brief@last' }, signal)).rejects.toMatchObject({
    wire: { reason: 'sandbox-of-snapshot-gone' },
  })
  await handlers.forkSandboxes({ snapshot: 'brief@last', count: 1, prefix: 'brief', start: true }, signal)
  expect(await read('brief', '/note')).toBe('kept')
  const [usage] = await handlers.readSnapshotUsage({ sandbox: 'nobody' }, signal).catch(() => [])
  expect(usage).toBeUndefined()
  const costs = await handlers.readSnapshotUsage({}, signal)
  expect(costs.find(({ dependents }) => dependents.includes('brief'))).toMatchObject({ uniqueBytes: 0, freesBytes: 0 })
})

test('forks whose names are taken are refused before anything is made', async () => {
  const { fixture } = bench
  const before = bench.snapshots().handlers.listSnapshots({}, signal)
  await fixture.create('taken-2')
  const fork = bench
    .snapshots()
    .handlers.forkSandboxes({ sandbox: 'taken-2', count: 2, prefix: 'taken', start: true }, signal)
  await expect(fork).rejects.toMatchObject({ wire: { reason: 'sandbox-name-taken' } })
  expect((await bench.snapshots().handlers.listSnapshots({}, signal)).length).toBe((await before).length)
})

test('memory of a container is refused with the reason, before anything is made', async () => {
  const { fixture } = bench
  await fixture.create('plain')
  const take = bench.snapshots().take({ ref: 'plain', reason: 'manual', live: true }, signal)
  await expect(take).rejects.toMatchObject({
    wire: { reason: 'live-not-in-class', message: expect.stringContaining('CRIU') },
  })
  expect(await bench.snapshots().handlers.listSnapshots({ sandbox: 'plain' }, signal)).toEqual([])
})

test('a damaged snapshot is found, and nothing starts from it', async () => {
  const { fixture } = bench
  await fixture.create('hurt')
  await fixture.exec('hurt', 'echo good > /file')
  await fixture.services().sandboxes.stop('hurt', { graceMs: 0 })
  const snapshot = await bench.snapshots().take({ ref: 'hurt', reason: 'manual', live: false, name: 'x' }, signal)
  const [fine] = await bench.snapshots().handlers.verifySnapshots({ ref: 'hurt@x' }, signal)
  expect(fine).toMatchObject({ ok: true, problems: [] })
  const [layer = ''] = bench.snapshots().find(snapshot.id).layers
  writeFileSync(join(fixture.home, 'layers', layer, 'tree', 'file'), 'evil')
  const [check] = await bench.snapshots().handlers.verifySnapshots({ ref: 'hurt@x' }, signal)
  expect(check?.ok).toBe(false)
  expect(check?.problems[0]).toContain('file')
  expect(check?.problemsWordings?.[0]).toMatchObject({ params: { path: '/file' } })
  const { state, problem, problemWording } = bench.snapshots().find(snapshot.id).snapshot
  expect([state, problem, problemWording]).toEqual(['damaged', check?.problems[0], check?.problemsWordings?.[0]])
  const fork = bench.snapshots().handlers.forkSandboxes({ snapshot: 'hurt@x', count: 1, start: true }, signal)
  await expect(fork).rejects.toMatchObject({ wire: { reason: 'fork-not-possible' } })
  const restore = bench.snapshots().handlers.restoreSnapshot({ ref: 'hurt@x', keep: true }, signal)
  await expect(restore).rejects.toMatchObject({ wire: { reason: 'restore-not-possible' } })
  // The sandbox itself stands on that layer, too.
  await expect(fixture.services().sandboxes.start('hurt', signal)).rejects.toMatchObject({
    wire: { reason: 'damaged-layer' },
  })
  writeFileSync(join(fixture.home, 'layers', layer, 'tree', 'file'), 'good\n')
  // Its time has changed with it, so it still is not what was written.
  const [still] = await bench.snapshots().handlers.verifySnapshots({ ref: 'hurt@x' }, signal)
  expect(still?.ok).toBe(false)
})
