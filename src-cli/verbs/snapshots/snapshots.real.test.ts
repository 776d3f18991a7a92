import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
// Not below the state folder, which is nobody's to write to or to read from.
const own = mkdtempSync(join(tmpdir(), 'jy-own-'))
afterAll(() => rmSync(own, { recursive: true, force: true }))
let offered: readonly IsolationClass[]
beforeAll(async () => {
  offered = await testAgent.offered()
})

const sh = (name: string, script: string) => testAgent.joey(['exec', name, 'sh', '-c', script])
const read = async (name: string, path: string) => (await sh(name, `cat ${path}`)).stdout

test('a sandbox goes back to what it was, and what it had since is kept', async () => {
  const name = 'back'
  await testAgent.startSleeper(name)
  await sh(name, 'echo one > /kept; echo gone > /later')
  const first = await testAgent.json<Snapshot>(['snapshot', 'create', name, '--name', 'first'])
  expect(first).toMatchObject({ name: 'first', sandboxName: name, state: 'ready', live: null })
  await sh(name, 'echo two > /kept; rm /later; echo new > /added')
  const restored = await testAgent.json<{ kept: string; sandbox: Sandbox }>(['snapshot', 'restore', `${name}@first`])
  expect(restored.sandbox.state).toBe('running')
  expect(await read(name, '/kept')).toBe('one\n')
  expect(await read(name, '/later')).toBe('gone\n')
  expect((await sh(name, 'ls /added')).code).not.toBe(0)
  const diff = await testAgent.joey(['snapshot', 'diff', `${name}@first`, restored.kept])
  expect(diff.stdout.split('\n')).toEqual(expect.arrayContaining(['A /added', 'C /kept', 'D /later']))
  await testAgent.joey(['rm', '-f', name])
})

test('a sandbox is forked into ones with names and machine ids of their own', async () => {
  const name = 'parent'
  await testAgent.startSleeper(name)
  await sh(name, 'echo 0123456789abcdef0123456789abcdef > /etc/machine-id; echo shared > /data')
  const ran = await testAgent.joey(['snapshot', 'fork', name, '-n', '2', '--name', 'fork', '--disk-only'])
  expect(ran).toMatchObject({ code: 0, stdout: 'fork-1\nfork-2\n' })
  const forks = ['fork-1', 'fork-2']
  const seen = await Promise.all(
    forks.map(async (fork) => (await sh(fork, 'hostname; cat /etc/machine-id /data')).stdout),
  )
  const lines = seen.map((text) => text.trim().split('\n'))
  expect(lines.map(([hostname]) => hostname)).toEqual(forks)
  expect(new Set([...lines.map(([, id]) => id), '0123456789abcdef0123456789abcdef']).size).toBe(3)
  expect(lines.map(([, , data]) => data)).toEqual(['shared', 'shared'])
  await testAgent.joey(['rm', '-f', name, ...forks])
})

// gVisor does the same in snapshots/live.real.test.ts.
test('a live snapshot of a micro-VM counts on from its number, and so do its forks', async ({ skip }) => {
  skip(!offered.includes('microvm'), 'not offered here')
  const counting = 'i=0; while :; do i=$((i+1)); echo $i > /next; mv /next /number; usleep 20000; done'
  const begun = await testAgent.joey([
    'run',
    '-d',
    '--name',
    'count',
    '--class',
    'microvm',
    'busybox',
    'sh',
    '-c',
    counting,
  ])
  expect(begun).toMatchObject({ code: 0, stderr: '' })
  const number = async (of: string) => Number((await sh(of, 'sleep 0.2; cat /number')).stdout)
  expect(await number('count')).toBeGreaterThan(0)
  const snapshot = await testAgent.json<Snapshot>(['snapshot', 'create', 'count', '--live', '--name', 'then'])
  expect(snapshot.pauseMs).toBeGreaterThan(0)
  const then = await number('count')
  await sh('count', 'sleep 3')
  const later = await number('count')
  expect(later).toBeGreaterThan(then)
  const ran = await testAgent.joey(['snapshot', 'restore', 'count@then'], { deadlineMs: 60_000 })
  expect(ran.code, ran.stderr).toBe(0)
  expect(await number('count')).toBeLessThan(later)
  const forks = ['count-f-1', 'count-f-2']
  const forked = await testAgent.joey(['snapshot', 'fork', 'count@then', '-n', '2', '--name', 'count-f'], {
    deadlineMs: 60_000,
  })
  expect(forked.stdout, forked.stderr).toBe(`${forks.join('\n')}\n`)
  for (const fork of forks) {
    const one = await number(fork)
    expect(one).toBeGreaterThan(0)
    expect(await number(fork)).toBeGreaterThan(one)
    expect((await sh(fork, 'hostname')).stdout.trim()).toBe(fork)
  }
  const addresses = (await testAgent.list('-a'))
    .filter(({ name }) => name.startsWith('count'))
    .map(({ address }) => address)
  expect(new Set(addresses).size).toBe(3)
  await testAgent.joey(['rm', '-f', 'count', ...forks])
})

test('memory of a container is refused with the reason, and nothing is made', async () => {
  await testAgent.startSleeper('plain')
  const ran = await testAgent.joey(['snapshot', 'create', 'plain', '--live'])
  expect(ran.code).toBe(1)
  expect(ran.stderr).toMatch(/container/)
  expect(await testAgent.json<Snapshot[]>(['snapshot', 'ls', 'plain'])).toEqual([])
  await testAgent.joey(['rm', '-f', 'plain'])
})

test('files are listed, found, put, read and measured, from a stopped sandbox too', async () => {
  await testAgent.startSleeper('filed')
  const folder = join(own, 'site')
  mkdirSync(folder)
  writeFileSync(join(folder, 'index.html'), '<h1>needle</h1>\n')
  await sh('filed', 'mkdir -p /srv')
  expect(await testAgent.joey(['files', 'put', folder, 'filed:/srv'])).toMatchObject({ code: 0 })
  expect((await sh('filed', 'cat /srv/site/index.html')).stdout).toBe('<h1>needle</h1>\n')
  await testAgent.joey(['stop', '-t', '0', 'filed'])
  const listed = await testAgent.json<{ name: string; mark: string }[]>(['files', 'ls', 'filed:/srv/site'])
  expect(listed).toEqual([expect.objectContaining({ name: 'index.html', mark: 'added' })])
  expect((await testAgent.joey(['files', 'find', 'filed', '--content', 'needle'])).stdout).toContain(
    '/srv/site/index.html:1: ',
  )
  expect((await testAgent.joey(['files', 'cat', 'filed:/srv/site/index.html'])).stdout).toBe('<h1>needle</h1>\n')
  expect((await testAgent.joey(['diff', 'filed'])).stdout).toContain('A /srv/site/index.html')
  const out = join(own, 'out')
  mkdirSync(out)
  expect((await testAgent.joey(['files', 'get', 'filed:/srv/site', out])).code).toBe(0)
  expect(readFileSync(join(out, 'site', 'index.html'), 'utf8')).toBe('<h1>needle</h1>\n')
  expect((await testAgent.joey(['files', 'du', 'filed', '--own'])).stdout).toContain('srv/')
  await testAgent.joey(['rm', '-f', 'filed'])
})

test('a bundle goes out with its snapshots and comes back by consent only', async () => {
  await testAgent.startSleeper('whole', '-m', '128m')
  await sh('whole', 'echo kept > /kept')
  await testAgent.joey(['snapshot', 'create', 'whole', '--name', 'one'])
  const body = randomBytes(300).toString('base64').replace(/.{70}/g, '$&\\n')
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\\n${body}\\n-----END OPENSSH PRIVATE KEY-----\\n`
  await sh('whole', `printf '${key}' > /id_rsa`)
  await testAgent.joey(['stop', '-t', '0', 'whole'])
  const file = join(own, 'whole.joey')
  const refused = await testAgent.joey(['export', 'whole', '--format', 'joey', '-o', file])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/secret|key/i)
  const ran = await testAgent.joey(['export', 'whole', '--format', 'joey', '-o', file, '--drop-secrets'])
  expect(ran.stdout, ran.stderr).toBe(`${file}\n`)
  expect(statSync(file).size).toBeGreaterThan(1000)
  expect((await testAgent.joey(['import', file, '--inspect'])).code).toBe(0)
  const back = await testAgent.joey(['import', file, '--name', 'again', '--agree-all', '--start'])
  expect(back.stdout, back.stderr).toBe('again\n')
  expect(await read('again', '/kept')).toBe('kept\n')
  expect((await sh('again', 'ls /id_rsa')).code).not.toBe(0)
  await testAgent.joey(['rm', '-f', 'whole', 'again'])
})
