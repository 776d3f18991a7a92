import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { IsolationClass } from '#contract/sandbox'
import { run } from '../base/process/run.ts'
import { find, readStream } from '../testing/files/file-streams.ts'
import { createTestAgent, scriptSpec } from '../testing/test-agent.ts'

const agent = createTestAgent()
const { client } = agent
let [home, outside, shared] = ['', '', '']
const idle = 'trap "exit 0" TERM; while :; do sleep 1; done'

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'joey-files-'))
  outside = join(home, 'outside')
  shared = join(home, 'shared')
  for (const folder of [outside, shared]) mkdirSync(folder)
  writeFileSync(join(outside, 'secret'), 'secret')
  await agent.start()
  await makeSource(join(home, 'source'))
}, 60_000)
afterAll(async () => {
  await agent.dispose()
  rmSync(home, { recursive: true, force: true })
}, 60_000)

/** A bit of everything. */
async function makeSource(folder: string): Promise<void> {
  mkdirSync(join(folder, 'deep/er'), { recursive: true })
  writeFileSync(join(folder, 'text'), 'needle in it\n', { mode: 0o640 })
  writeFileSync(Buffer.from(`${folder}/deep/\xff`, 'latin1'), 'bytes')
  writeFileSync(join(folder, 'deep/er/tool'), '#!/bin/sh\n', { mode: 0o755 })
  symlinkSync('../text', join(folder, 'deep/link'))
  writeFileSync(join(folder, 'sparse'), 'a')
  truncateSync(join(folder, 'sparse'), 3_000_000)
  await run('mkfifo', [join(folder, 'pipe')])
}

async function sandboxOf(isolationClass: IsolationClass, name: string, script = idle): Promise<string> {
  await client.createSandbox({ name, spec: scriptSpec(script, { class: isolationClass }), start: true })
  return `sandbox:${name}`
}

const text = (path: string, content: string, version?: string | null) => ({
  path,
  base64: Buffer.from(content).toString('base64'),
  ...(version === undefined ? {} : { version }),
})
const inside = async (ref: string, ...argv: string[]) => {
  const { stdout, stderr, end } = await agent.exec(ref, { argv })
  return `${stdout.toString('utf8')}${stderr.toString('utf8')}${end.code === 0 ? '' : `exit ${end.code}`}`.trim()
}
const names = async (tree: string, path: string) =>
  (await client.listFiles({ tree, path })).entries.map(({ name }) => name)

describe.each(['container', 'gvisor', 'microvm'] as const)('files of a running %s', (isolationClass) => {
  const name = `f-${isolationClass}`
  const tree = `sandbox:${name}`
  beforeAll(() => sandboxOf(isolationClass, name), 120_000)
  afterAll(() => client.removeSandbox({ ref: name, force: true }))

  test('are written, read and not overwritten unseen', async () => {
    const first = await client.writeFile({ tree, ...text('/note', 'one', null) })
    expect(await inside(name, 'cat', '/note')).toBe('one')
    await inside(name, 'chmod', '600', '/note')
    const read = await client.readFile({ tree, path: '/note' })
    expect([read.version, Buffer.from(read.base64, 'base64').toString()]).toEqual([first.version, 'one'])
    await client.writeFile({ tree, ...text('/note', 'two', read.version) })
    expect(await inside(name, 'stat', '-c', '%a %u', '/note')).toBe('600 0')
    await inside(name, 'sh', '-c', 'echo three >/note')
    for (const version of [read.version, null]) {
      const again = client.writeFile({ tree, ...text('/note', 'four', version) })
      await expect(again).rejects.toMatchObject({ wire: { code: 'conflict' } })
    }
    expect(await inside(name, 'cat', '/note')).toBe('three')
  })

  test('are made, moved, given away and deleted', async () => {
    const change = (wish: Parameters<typeof client.changeFiles>[0]['change']) =>
      client.changeFiles({ tree, change: wish })
    await change({ kind: 'makeFolder', path: '/tmp/a' })
    await change({ kind: 'makeFile', path: '/tmp/a/b' })
    await change({ kind: 'chmod', path: '/tmp/a/b', mode: 0o4711 })
    await change({ kind: 'chown', path: '/tmp/a/b', owner: '12:34' })
    await change({ kind: 'move', path: '/tmp/a', to: '/c' })
    expect(await inside(name, 'stat', '-c', '%u:%g %F', '/c/b')).toBe('12:34 regular empty file')
    expect(await change({ kind: 'delete', paths: ['/c', '/c/b'] })).toEqual({ changed: 2 })
    expect(await inside(name, 'ls', '/tmp')).toBe('')
    await expect(change({ kind: 'delete', paths: ['/etc'] })).rejects.toMatchObject({
      wire: { reason: 'path-on-mount' },
    })
    for (const refused of [
      () => change({ kind: 'makeFile', path: '/proc/x' }),
      () => change({ kind: 'chmod', path: '/etc/hosts', mode: 0o777 }),
      () => client.writeFile({ tree, ...text('/etc/hosts', 'x') }),
    ]) {
      await expect(refused()).rejects.toMatchObject({ wire: { reason: 'path-on-mount' } })
    }
  })

  test('show what differs from the image', async () => {
    await inside(name, 'sh', '-c', 'rm /etc/group; echo more >>/etc/passwd; mkdir -p /added')
    const marks = async (path: string) =>
      (await client.listFiles({ tree, path })).entries.flatMap((entry) =>
        entry.mark === 'same' ? [] : [`${entry.name} ${entry.mark}`],
      )
    expect(await marks('/')).toEqual(expect.arrayContaining(['added added', 'etc changed-below']))
    expect(await marks('/etc')).toEqual(expect.arrayContaining(['group deleted', 'passwd changed']))
    expect((await client.listFiles({ tree, path: '/bin', against: tree })).entries[0]?.mark).toBe('same')
  })

  test('are copied in and out', async () => {
    const put = await client.putFiles({ tree, sources: [join(home, 'source')], target: '/' })
    expect([put.files, put.skipped]).toEqual([5, ['/source/pipe is a named pipe.']])
    const twice = client.putFiles({ tree, sources: [join(home, 'source')], target: '/' })
    await expect(twice).rejects.toMatchObject({ wire: { reason: 'file-exists' } })
    const out = join(home, `out-${isolationClass}`)
    mkdirSync(out)
    await client.getFiles({ tree, paths: ['/source'], target: out })
    const { stdout } = await run('diff', ['-r', '--no-dereference', join(home, 'source'), join(out, 'source')], {
      okExitCodes: [0, 1],
    })
    expect(stdout.trim()).toBe(`Only in ${join(home, 'source')}: pipe`)
    expect(statSync(join(out, 'source/deep/er/tool')).mode & 0o777).toBe(0o755)
    expect(statSync(join(out, 'source/sparse')).blocks).toBeLessThan(100)
    expect((await readStream(agent.place, tree, '/source/text')).toString()).toBe('needle in it\n')
  })

  test('are found by name and content', async () => {
    const byName = await find(agent.place, { tree, name: '*oo?', path: '/source' })
    expect(byName.files.map(({ path }) => path)).toEqual(['/source/deep/er/tool'])
    const byContent = await find(agent.place, { tree, content: 'NEEDLE' })
    expect(byContent.files.map(({ path, lineNumber }) => [path, lineNumber])).toEqual([['/source/text', 1]])
  })

  test('are measured, the writable layer alone too', async () => {
    const own = await client.measureFiles({ tree, own: true })
    const all = await client.measureFiles({ tree })
    expect(own.entries.find((entry) => entry.name === 'source')?.files).toBe(5)
    expect(own.bytes).toBeLessThan(100_000)
    expect(all.bytes).toBeGreaterThan(own.bytes)
  })

  test('can be changed in a stopped one where its layer is a folder', async () => {
    await client.stopSandbox({ ref: name, graceMs: 0 })
    const written = client.writeFile({ tree, ...text('/stopped', 'written') })
    if (isolationClass === 'microvm') {
      await expect(written).rejects.toMatchObject({ wire: { message: expect.stringContaining('Start it first') } })
      expect(await names(tree, '/source')).toContain('text')
      return
    }
    await written
    await client.changeFiles({ tree, change: { kind: 'delete', paths: ['/source'] } })
    await client.putFiles({ tree, sources: [join(home, 'source/deep')], target: '/root/renamed' })
    await client.startSandbox({ ref: name })
    expect(await inside(name, 'cat', '/stopped')).toBe('written')
    expect(await inside(name, 'ls', '/root/renamed')).toContain('link')
    expect(await inside(name, 'ls', '/')).not.toContain('source')
  })
})

test('one that never ran can be changed before its first start', async () => {
  await client.createSandbox({ name: 'f-new', spec: scriptSpec('cat /seed; ls -ld /'), start: false })
  await client.writeFile({ tree: 'sandbox:f-new', ...text('/seed', 'sown\n') })
  await client.startSandbox({ ref: 'f-new' })
  const { stdout } = await agent.attach('f-new')
  expect(stdout.toString()).toMatch(/^sown\ndrwxr-xr-x .*root {5}root/)
})

test('images and snapshots are read and never changed', async () => {
  expect(await names('image:busybox', '/')).toContain('bin')
  const written = client.writeFile({ tree: 'image:busybox', ...text('/x', 'x') })
  await expect(written).rejects.toMatchObject({ wire: { code: 'refused', reason: 'read-only-tree' } })
})

test('a paused one is resumed first', async () => {
  const tree = await sandboxOf('container', 'f-paused')
  await client.pauseSandbox({ ref: 'f-paused' })
  expect(await names(tree, '/')).toContain('bin')
  await expect(client.writeFile({ tree, ...text('/x', 'x') })).rejects.toMatchObject({ wire: { code: 'conflict' } })
})

test('what is mounted is neither shown nor changed', async () => {
  writeFileSync(join(shared, 'mine'), 'mine')
  const spec = scriptSpec(idle, { mounts: [{ source: shared, target: '/work', readOnly: false }] as never })
  await client.createSandbox({ name: 'f-mount', spec, start: true })
  const tree = 'sandbox:f-mount'
  expect(await names(tree, '/work')).toEqual([])
  for (const attempt of [
    () => client.putFiles({ tree, sources: [join(outside, 'secret')], target: '/work' }),
    () => client.changeFiles({ tree, change: { kind: 'delete', paths: ['/work'] } }),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ wire: { reason: 'path-on-mount' } })
  }
  expect(readdirSync(shared)).toEqual(['mine'])
})

test('a copy that is cancelled leaves nothing half done', async () => {
  const tree = await sandboxOf('container', 'f-cancel')
  for (let part = 0; part < 150; part += 1) appendFileSync(join(home, 'large'), Buffer.alloc(2 ** 20, 1))
  const task = 'put-to-be-cancelled'
  const put = client.putFiles({ tree, sources: [join(home, 'large')], target: '/', task })
  put.catch(() => undefined)
  while ((await inside('f-cancel', 'sh', '-c', 'ls -a /')).includes('.joey-part') === false) await sleep(5)
  await client.cancelTask({ id: task })
  await expect(put).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  expect((await inside('f-cancel', 'ls', '-a', '/')).split('\n').filter((each) => /large|joey/.test(each))).toEqual([])
  rmSync(join(home, 'large'))
})

test('a folder of many thousand entries is listed while others are answered', async () => {
  const tree = await sandboxOf('container', 'f-many')
  await inside('f-many', 'sh', '-c', 'mkdir /many; cd /many; seq 10000 | xargs touch; mkdir z')
  let [answers, listed] = [0, false]
  const watch = (async () => {
    for (; !listed; answers += 1) await client.readAgent({})
  })()
  const first = await client.listFiles({ tree, path: '/many', limit: 100 })
  const second = await client.listFiles({ tree, path: '/many', limit: 100, offset: 100 })
  listed = true
  await watch
  expect([first.total, first.entries[0]?.name, first.entries[1]?.name]).toEqual([10_001, 'z', '1'])
  expect(second.entries).toHaveLength(100)
  expect(answers).toBeGreaterThan(10)
})

test('a guest that swaps a folder with a link gets nothing shown, written or deleted elsewhere', async () => {
  const swap = `cd /w; while :; do mv d e; ln -s ${outside} d; rm d; ln -s /root d; rm d; mv e d; done`
  const script = `mkdir -p /w/d /root; echo keep >/root/keep; touch /w/d/own; ${swap}`
  const tree = await sandboxOf('container', 'f-swap', script)
  const out = join(home, 'out-swap')
  mkdirSync(out)
  const shown = new Set<string>()
  const until = performance.now() + 4_000
  let done = 0
  for (let round = 0; performance.now() < until; round += 1) {
    const results = await Promise.allSettled([
      client.listFiles({ tree, path: '/w/d' }).then(({ entries }) => entries.forEach(({ name }) => shown.add(name))),
      client.readFile({ tree, path: '/w/d/secret' }).then(() => shown.add('read')),
      client.putFiles({ tree, sources: [join(home, 'source/text')], target: `/w/d/put${round}` }),
      client.changeFiles({ tree, change: { kind: 'delete', paths: ['/w/d/secret'] } }).then(() => shown.add('deleted')),
      client.changeFiles({ tree, change: { kind: 'delete', paths: ['/w/d/keep'] } }).then(() => shown.add('deleted')),
      client.getFiles({ tree, paths: ['/w'], target: out, replace: true }),
    ])
    done += results.filter(({ status }) => status === 'fulfilled').length
  }
  expect(done).toBeGreaterThan(10)
  expect([...shown].filter((each) => !/^(own|put\d+)$/.test(each) && !each.startsWith('.joey-part'))).toEqual([])
  expect([readdirSync(outside), readFileSync(join(outside, 'secret'), 'utf8')]).toEqual([['secret'], 'secret'])
  // What is put goes where the path leads inside, as for any program there, and nothing else is touched.
  const names = (await inside('f-swap', 'ls', '/root')).split('\n')
  expect(names.filter((name) => !/^put\d+$/.test(name))).toEqual(['keep'])
  expect(JSON.stringify(listAll(out))).not.toContain('secret')
}, 60_000)

function listAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
}

test('nothing of a hostile tree leads out of the folder that it is copied to', async () => {
  const script = `mkdir -p /h/sub; cd /h; ln -s ${outside} abs; ln -s ../../../../../..${outside} up; ln -s sub/../../.. mid; ln -s sub in
    mkfifo fifo; touch "$(printf 'new\\nline')" -- '-rf'; echo x >sub/f; chmod 4777 sub/f; chmod 0 sub; echo ready; ${idle}`
  const tree = await sandboxOf('container', 'f-hostile', script)
  while (!(await names(tree, '/h')).includes('-rf')) await sleep(20)
  await sleep(200)
  const out = join(home, 'out-hostile')
  mkdirSync(out)
  const { skipped } = await client.getFiles({ tree, paths: ['/h'], target: out })
  expect(skipped.map((each) => each.split(' ')[0] ?? '').sort()).toEqual(['/h/abs', '/h/fifo', '/h/mid', '/h/up'])
  expect(readdirSync(join(out, 'h')).sort()).toEqual(['-rf', 'in', 'new\nline', 'sub'])
  expect(readlinkSync(join(out, 'h/in'))).toBe('sub')
  expect(lstatSync(join(out, 'h/sub/f')).mode & 0o7000).toBe(0)
  // What lies there already is not written through, nor replaced without a request.
  rmSync(join(out, 'h/sub'), { recursive: true })
  symlinkSync(outside, join(out, 'h/sub'))
  for (const replace of [false, true]) {
    const again = client.getFiles({ tree, paths: ['/h'], target: out, replace })
    await expect(again).rejects.toMatchObject({ wire: { reason: 'file-exists' } })
  }
  expect(readdirSync(outside)).toEqual(['secret'])
})

test("the agent's own state is neither copied in nor written to", async () => {
  const tree = await sandboxOf('container', 'f-own')
  const { home: state } = agent.place
  for (const source of [join(state, 'joey.db'), state, '/tmp']) {
    await expect(client.putFiles({ tree, sources: [source], target: '/root' })).rejects.toMatchObject({
      wire: { reason: 'source-of-joey' },
    })
  }
  await expect(client.getFiles({ tree, paths: ['/etc'], target: state })).rejects.toMatchObject({
    wire: { reason: 'target-of-joey' },
  })
})
