import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { onNetworks } from '#contract/networks-of'
import { run } from '../base/process/run.ts'
import { type AgentFixture, openAgentFixture } from '../testing/agent-fixture.ts'

let fixture: AgentFixture
beforeAll(async () => {
  fixture = await openAgentFixture()
})
afterAll(() => fixture.close())
afterEach(async () => {
  const { sandboxes } = fixture.services()
  await Promise.all(sandboxes.list(true).map(({ id }) => sandboxes.remove(id, true)))
})

/** By the built-in image's own program, which needs no grant. */
const pings = async (from: string, to: string) => (await fixture.exec(from, `ping -c 1 -W 1 ${to}`)).code === 0
/** By hand: the static wget of Debian's busybox crashes. */
const fetchFrom = async (from: string, to: string) =>
  (await fixture.exec(from, `printf 'GET /word HTTP/1.0\\r\\n\\r\\n' | nc -w 1 ${to} 8080 | tail -n 1`)).stdout
const hosts = async (ref: string) => (await fixture.exec(ref, 'cat /etc/hosts')).stdout
const onNetwork = { networkName: 'shared' }
const serving = {
  ...onNetwork,
  command: ['sh', '-c', 'mkdir /www; echo hello > /www/word; exec httpd -f -p 8080 -h /www'],
}

describe('sandboxes on the network of one name', () => {
  test('reach each other by name, and nobody else reaches them or is reached', async () => {
    const web = await fixture.create('web', serving)
    await fixture.create('worker', { ...onNetwork, hostname: 'labour' })
    const other = await fixture.create('other', { ...serving, networkName: 'another' })
    const alone = await fixture.create('alone', {})
    await expect.poll(() => fetchFrom('worker', 'web')).toBe('hello\n')
    expect(await pings('worker', 'web')).toBe(true)
    expect(await pings('web', 'worker')).toBe(true)
    expect(await pings('web', 'labour')).toBe(true)
    for (const stranger of [other, alone]) {
      expect(await pings(stranger.id, 'web')).toBe(false)
      expect(await pings(stranger.id, web.address ?? '')).toBe(false)
      expect(await pings('web', stranger.address ?? '')).toBe(false)
    }
    expect(await fetchFrom('worker', other.address ?? '')).toBe('')
    expect(await hosts('alone')).not.toContain('web')
  })

  test('know each other from the first instruction on', async () => {
    await fixture.create('web', serving)
    const first = await fixture.create('first', { ...onNetwork, command: ['sh', '-c', 'ping -c 1 -W 1 web'] })
    expect(await fixture.services().sandboxes.endings.waitForExit(first.id)).toMatchObject({ code: 0 })
  })

  test('a forged address of another goes nowhere', async () => {
    await fixture.create('web', serving)
    const one = await fixture.create('one', onNetwork)
    const victim = await fixture.create('victim', onNetwork)
    const namespace = `--net=/proc/${one.pid}/ns/net`
    await run('nsenter', [namespace, 'ip', 'addr', 'add', `${victim.address}/22`, 'dev', 'eth0'])
    await run('nsenter', [namespace, 'ip', 'addr', 'del', `${one.address}/22`, 'dev', 'eth0'])
    expect(await pings('one', 'web')).toBe(false)
    expect(await pings('victim', 'web')).toBe(true)
  })

  test('join and leave while they run, and the names follow', async () => {
    const { sandboxes } = fixture.services()
    await fixture.create('web', serving)
    const late = await fixture.create('late', {})
    expect(await pings('late', 'web')).toBe(false)
    await sandboxes.setNetworks('late', () => onNetworks(['shared']))
    await expect.poll(() => fetchFrom('late', 'web')).toBe('hello\n')
    expect(await hosts('web')).toContain(`${late.address}\tlate\n`)
    await sandboxes.rename('late', 'later')
    expect(await hosts('web')).toContain(`${late.address}\tlater\n`)
    expect(await pings('web', 'later')).toBe(true)
    // The hostname inside is the old one until the next start, and must still be known there.
    expect((await fixture.exec('later', 'ping -c 1 -W 1 "$(hostname)"')).code).toBe(0)
    await sandboxes.setNetworks('later', () => onNetworks([]))
    expect(await hosts('web')).not.toContain('later')
    expect(await hosts('later')).not.toContain('web')
    expect(await pings('later', sandboxes.find('web').sandbox.address ?? '')).toBe(false)
    expect((await sandboxes.setNetworks('later', () => onNetworks([]))).spec.networkName).toBeNull()
  })

  test('who stops is forgotten, and who starts again is known under its new address', async () => {
    const { sandboxes } = fixture.services()
    await fixture.create('web', serving)
    await fixture.create('worker', onNetwork)
    await sandboxes.stop('worker', { graceMs: 0 })
    await sandboxes.hosts.settled()
    expect(await hosts('web')).not.toContain('worker')
    const again = await sandboxes.start('worker', AbortSignal.timeout(20_000))
    expect(await hosts('web')).toContain(`${again.address}\tworker\n`)
    await sandboxes.remove('worker', true)
    await sandboxes.hosts.settled()
    expect(await hosts('web')).not.toContain('worker')
  })

  test('whatever a guest makes of its file is overwritten in place and leads nowhere', async () => {
    await fixture.create('web', serving)
    await fixture.create('worker', onNetwork)
    const { code } = await fixture.exec('web', 'ln -sf /etc/passwd /etc/hosts; rm -f /etc/hosts; mv /etc/hosts /h')
    expect(code).not.toBe(0)
    await fixture.exec('web', 'head -c 1000000 /dev/zero > /etc/hosts; chmod 000 /etc/hosts')
    const third = await fixture.create('third', onNetwork)
    expect(await hosts('web')).toMatch(/^127\.0\.0\.1\tlocalhost\n[^\0]*\n$/)
    expect(await hosts('web')).toContain(`${third.address}\tthird\n`)
  })

  test('an agent that died costs no connection and no name, and the names of the dead vanish', async () => {
    const web = await fixture.create('web', serving)
    const worker = await fixture.create('worker', onNetwork)
    await fixture.create('short', onNetwork)
    const alone = await fixture.create('alone', {})
    const { pid } = fixture.services().sandboxes.find('short').sandbox
    const lost = fixture.lose()
    process.kill(pid ?? 0, 'SIGKILL')
    await lost
    await expect.poll(() => fixture.services().sandboxes.find('short').sandbox.state).toBe('stopped')
    await fixture.services().sandboxes.hosts.settled()
    expect(await hosts('web')).not.toContain('short')
    await expect.poll(() => fetchFrom('worker', 'web')).toBe('hello\n')
    expect(await pings('alone', web.address ?? '')).toBe(false)
    const late = await fixture.create('late', onNetwork)
    expect(await pings('late', 'worker')).toBe(true)
    expect(await hosts('worker')).toContain(`${late.address}\tlate\n`)
    expect([worker.address, alone.address]).not.toContain(late.address)
  })

  test('without a network there is none to be on', async () => {
    await expect(fixture.create('none', { network: 'none', networkName: 'shared' })).rejects.toMatchObject({
      wire: { code: 'invalidRequest', reason: 'name-needs-network' },
    })
    await fixture.create('silent', { network: 'none' })
    await expect(
      fixture.services().sandboxes.setNetworks('silent', () => onNetworks(['shared'])),
    ).rejects.toMatchObject({
      wire: { reason: 'name-needs-network' },
    })
  })

  test('whatever the classes are, they reach each other by name, and follow a change', {
    timeout: 120_000,
  }, async () => {
    const { drivers, sandboxes } = fixture.services()
    const classes = [...drivers.keys()]
    const all = ['web', ...classes.map((each) => `in-${each}`)]
    await fixture.create('web', serving)
    for (const each of classes) await fixture.create(`in-${each}`, { ...onNetwork, class: each })
    for (const from of all) {
      for (const to of all) expect([from, to, await pings(from, to)]).toEqual([from, to, true])
      await expect.poll(() => fetchFrom(from, 'web')).toBe('hello\n')
    }
    const web = await sandboxes.rename('web', 'renamed')
    for (const each of classes) await expect.poll(() => fetchFrom(`in-${each}`, 'renamed')).toBe('hello\n')
    await sandboxes.setNetworks('renamed', () => onNetworks([]))
    for (const each of classes) expect([each, await pings(`in-${each}`, web.address ?? '')]).toEqual([each, false])
  })
})
