import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exchange } from '#contract/client/transport'
import { oomScores, readOomScore } from './base/process/oom-score.ts'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

const reason = (name: string) => ({ wire: { reason: name } })

describe.each([{ runtime: 'crun' }, { runtime: 'runc' }])('the agent on $runtime', ({ runtime }) => {
  let agent: TestAgent
  beforeAll(async () => {
    agent = createTestAgent({ JOEY_RUNTIME: runtime })
    await agent.start()
  })
  afterAll(() => agent.dispose())

  const create = (script: string, more: Parameters<typeof scriptSpec>[1] = {}, name?: string) =>
    agent.client.createSandbox({ spec: scriptSpec(script, more), ...(name === undefined ? {} : { name }) })

  test('a sandbox runs, and its streams and exit code come back', async () => {
    const sandbox = await create('echo out; echo err >&2; exit 7', { removeOnExit: true })
    const { stdout, stderr, end } = await agent.attach(sandbox.id)
    expect({ stdout: stdout.toString(), stderr: stderr.toString(), code: end.code }).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      code: 7,
    })
    expect(sandbox.engine).toBe(runtime)
    await expect(agent.client.inspectSandbox({ ref: sandbox.id })).rejects.toMatchObject(reason('sandbox-not-found'))
  })

  test('one that removes itself waits a moment for its reader, and not for ever', async () => {
    const late = await create('echo here', { removeOnExit: true })
    await sleep(300)
    expect((await agent.attach(late.id)).stdout.toString()).toBe('here\n')
    const alone = await create('true', { removeOnExit: true })
    await expect
      .poll(async () => (await agent.client.listSandboxes({ all: true })).map(({ id }) => id), { timeout: 5000 })
      .not.toContain(alone.id)
  })

  test('every byte of the main process comes back exactly', async () => {
    const sandbox = await create('cat', { stdin: true })
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
    const bytes = await create(
      'i=0; while [ $i -lt 3 ]; do printf "\\0\\1\\377\\n\\r\\n\\n"; i=$((i+1)); done; printf end',
    )
    const { stdout } = await agent.attach(bytes.id)
    const part = [0, 1, 255, 10, 13, 10, 10]
    expect([...stdout]).toEqual([...part, ...part, ...part, ...Buffer.from('end')])
    await agent.client.removeSandbox({ ref: bytes.id })
  })

  test('20 MB through exec come back the same', async () => {
    const sandbox = await create('sleep 1000')
    const input = randomBytes(20_000_000)
    const { stdout, end } = await agent.exec(sandbox.id, { argv: ['cat'] }, input)
    expect(end.code).toBe(0)
    expect(stdout.equals(input)).toBe(true)
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
  })

  test('an exec that takes too long is killed and says so', async () => {
    const sandbox = await create('sleep 1000')
    const { end } = await agent.exec(sandbox.id, { argv: ['sleep', '500'], timeoutMs: 300 })
    expect(end).toMatchObject({ timedOut: true })
    const { stdout } = await agent.exec(sandbox.id, { argv: ['ps'] })
    expect(stdout.toString()).not.toContain('sleep 500')
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
  })

  test('kill -9 of the agent costs no sandbox, no line of log and no exit code', async () => {
    const writer = await create('i=0; while true; do echo line $i; i=$((i+1)); sleep 0.1; done', {}, 'writer')
    const idle = await create('sleep 1000', {}, 'idle')
    const short = await create('sleep 1; exit 42', {}, 'short')
    await agent.murder()
    await sleep(1500)
    await agent.start()

    const states = Object.fromEntries(
      (await agent.client.listSandboxes({ all: true })).map(({ name, state }) => [name, state]),
    )
    expect(states).toMatchObject({ writer: 'running', idle: 'running', short: 'stopped' })
    expect((await agent.client.inspectSandbox({ ref: short.id })).exit).toMatchObject({ code: 42, reason: 'exited' })
    const stopped = await agent.client.stopSandbox({ ref: writer.id, graceMs: 0 })
    expect(stopped.state).toBe('stopped')
    const lines = (await agent.attach('writer')).stdout.toString().trim().split('\n')
    expect(lines.length).toBeGreaterThan(10)
    expect(lines).toEqual(lines.map((_line, index) => `line ${index}`))
    const again = await agent.exec(idle.id, { argv: ['echo', 'still here'] })
    expect(again.stdout.toString()).toBe('still here\n')
    for (const { id } of [writer, idle, short]) await agent.client.removeSandbox({ ref: id, force: true })
  })

  test('neither the agent nor what it starts leaves a core dump, and a monitor is no more in danger than the agent', async () => {
    const { pid } = await agent.client.readAgent({})
    const { id } = await create('sleep 1000')
    const monitor = Number(readFileSync(join(agent.place.run, 's', id, 'monitor.pid'), 'utf8'))
    for (const each of [pid, monitor]) {
      expect(readFileSync(`/proc/${each}/limits`, 'utf8')).toMatch(/^Max core file size\s+0\s+0\s/m)
    }
    const [ofAgent, ofMonitor] = [pid, monitor].map((each) => readOomScore(each) ?? Number.NaN)
    const mayProtect =
      BigInt(`0x${/CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`) & (1n << 24n)
    expect(ofAgent).toBe(mayProtect ? oomScores.agent : 0)
    expect(ofMonitor).toBeLessThanOrEqual(mayProtect ? oomScores.monitor : 0)
    await agent.client.removeSandbox({ ref: id, force: true })
  })

  test('a stop asks politely first, and does not wait for one who cannot hear', async () => {
    const polite = await create('trap "echo bye; exit 3" TERM; echo > /listens; while true; do sleep 0.05; done')
    const isListening = async () => (await agent.exec(polite.id, { argv: ['test', '-e', '/listens'] })).end.code
    await expect.poll(isListening).toBe(0)
    const stopped = await agent.client.stopSandbox({ ref: polite.id, graceMs: 10_000 })
    expect(stopped.exit).toMatchObject({ code: 3 })
    const deaf = await create('sleep 1000')
    const before = performance.now()
    expect((await agent.client.stopSandbox({ ref: deaf.id, graceMs: 10_000 })).exit).toMatchObject({ code: 137 })
    expect(performance.now() - before).toBeLessThan(9_000)
    for (const { id } of [polite, deaf]) await agent.client.removeSandbox({ ref: id })
  })

  test('a paused sandbox stops, and a stopped one starts with the disk it had', async () => {
    const sandbox = await create('cat /kept 2>/dev/null; echo kept >> /kept; sleep 1000')
    const hasWritten = async () => (await agent.exec(sandbox.id, { argv: ['test', '-s', '/kept'] })).end.code
    await expect.poll(hasWritten).toBe(0)
    expect((await agent.client.pauseSandbox({ ref: sandbox.id })).state).toBe('paused')
    expect((await agent.client.stopSandbox({ ref: sandbox.id, graceMs: 0 })).state).toBe('stopped')
    expect((await agent.client.startSandbox({ ref: sandbox.id })).state).toBe('running')
    await expect
      .poll(async () => (await agent.exec(sandbox.id, { argv: ['cat', '/kept'] })).stdout.toString())
      .toBe('kept\nkept\n')
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
  })

  test('want of memory is said, with the limit', async () => {
    const limits = { memoryBytes: 64 * 2 ** 20, cpus: null, pids: null, diskBytes: null }
    const sandbox = await create('head -c 200m /dev/zero | tail', { limits })
    const { exit } = await agent.client.waitSandbox({ ref: sandbox.id })
    expect(exit).toMatchObject({ code: 137, reason: 'oom', message: expect.stringContaining('64 MiB') })
    await agent.client.removeSandbox({ ref: sandbox.id })
  })

  test('neither the socket of the agent nor services on the loopback of the host can be reached from inside', async () => {
    const server = createServer((_request, response) => response.end('secret')).listen(0, '0.0.0.0')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const sandbox = await create('sleep 1000', { network: 'nat' })
    const gateway = (
      await agent.exec(sandbox.id, { argv: ['sh', '-c', "ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p'"] })
    ).stdout
      .toString()
      .trim()
    expect(gateway).toMatch(/^10\./)
    // By hand: the wget of a static busybox crashes, and a crash looks like a refusal.
    const script = 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 1 "$1" "$2"'
    const reach = async (host: string, to: number) =>
      (await agent.exec(sandbox.id, { argv: ['sh', '-c', script, 'sh', host, String(to)] })).stdout.toString()
    await agent.exec(sandbox.id, { argv: ['sh', '-c', 'mkdir /www; echo own > /www/index.html; httpd -p 81 -h /www'] })
    await expect.poll(() => reach('127.0.0.1', 81)).toContain('own')
    for (const host of ['127.0.0.1', gateway]) expect(await reach(host, port)).toBe('')
    const { stdout } = await agent.exec(sandbox.id, {
      argv: ['sh', '-c', `ls ${agent.place.run} ${agent.place.home} 2>&1; cat /proc/mounts`],
    })
    expect(stdout.toString()).not.toContain('joeyd.sock')
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
    await new Promise((resolve) => server.close(resolve))
  })

  test('a port is published on the loopback of the host, and only while it runs', async () => {
    const script = 'mkdir -p /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www'
    const sandbox = await create(script, { network: 'nat', ports: [{ hostPort: 0, guestPort: 80 }] })
    const [published] = sandbox.ports
    const url = `http://127.0.0.1:${published?.hostPort}/`
    await expect
      .poll(
        () =>
          fetch(url).then(
            (answer) => answer.text(),
            () => null,
          ),
        { timeout: 5000 },
      )
      .toBe('hello\n')
    const taken = { network: 'nat' as const, ports: [{ hostPort: published?.hostPort ?? 0, guestPort: 80 }] }
    await expect(create('sleep 1', taken)).rejects.toMatchObject({ wire: { code: 'conflict' } })
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
    await expect(fetch(url)).rejects.toThrow()
  })

  test('a monitor that is killed is reported, what it watched ends, and it starts again', async () => {
    const sandbox = await create('sleep 1000')
    const [monitor] = execFileSync('pgrep', ['-f', `conmon.*--cid ${sandbox.id}`], { encoding: 'utf8' }).split('\n')
    process.kill(Number(monitor), 'SIGKILL')
    const state = async () => (await agent.client.inspectSandbox({ ref: sandbox.id })).state
    await expect.poll(state, { timeout: 15_000 }).toBe('stopped')
    const { exit } = await agent.client.inspectSandbox({ ref: sandbox.id })
    expect(exit).toMatchObject({ code: null, reason: 'monitor-lost' })
    // Dead; whoever inherited it may not have taken its exit code yet.
    const stat = existsSync(`/proc/${sandbox.pid}`) ? readFileSync(`/proc/${sandbox.pid}/stat`, 'utf8') : ') Z '
    expect(stat).toContain(') Z ')
    await agent.client.startSandbox({ ref: sandbox.id })
    expect(await state()).toBe('running')
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
  })

  test('a failed start leaves nothing behind', async () => {
    const spec = scriptSpec('x')
    await expect(
      agent.client.createSandbox({ name: 'bad', spec: { ...spec, command: ['no-such-program'] } }),
    ).rejects.toMatchObject(reason('command-not-found'))
    expect((await agent.client.listSandboxes({ all: true })).map(({ name }) => name)).not.toContain('bad')
    expect(readdirSync(join(agent.place.home, 'sandboxes'))).toEqual([])
  })

  test('bad requests get a code and a sentence, and the agent stays up', async () => {
    const post = (body: string) => exchange(agent.place, { method: 'POST', path: '/v1/sandboxes', body })
    const good = { spec: { image: 'busybox' } }
    const bad = [
      JSON.stringify({ ...good, name: 'Not A Name' }),
      JSON.stringify({ ...good, colour: 'red' }),
      JSON.stringify({
        spec: { image: 'busybox', limits: { memoryBytes: -1, cpus: null, pids: null, diskBytes: null } },
      }),
      JSON.stringify({ spec: { image: 'busybox', mounts: [{ source: '../x', target: '/x' }] } }),
      'not json',
      '[]',
    ]
    for (const body of bad) {
      const { status, text } = await post(body)
      expect(status, body).toBe(400)
      expect(JSON.parse(text)).toMatchObject({ code: 'invalidRequest', message: expect.any(String) })
    }
    const large = await post(`"${'x'.repeat(50 * 1024 * 1024)}"`).catch((error: unknown) => error)
    if (!(large instanceof Error)) expect(large).toMatchObject({ status: 413 })
    await expect(agent.client.createSandbox({ spec: scriptSpec('x', { image: 'nowhere' }) })).rejects.toMatchObject({
      wire: { code: 'notFound' },
    })
    expect(await agent.client.readAgent({})).toMatchObject({ home: agent.place.home })
  })

  test('a name is given once', async () => {
    const first = await create('sleep 1000', {}, 'twin')
    const results = await Promise.allSettled([create('sleep 1', {}, 'twin'), create('sleep 1', {}, 'twin')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await agent.client.removeSandbox({ ref: first.id, force: true })
  })

  test('after it has stopped, nothing of it is left on the host', async () => {
    const tag = readdirSync('/sys/fs/cgroup/memory/joey', { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    ).length
    expect(tag).toBeGreaterThan(0)
    const sandbox = await create('sleep 1000', { network: 'nat' })
    await agent.client.stopAgent({ sandboxes: 'stop' })
    await expect.poll(() => existsSync(agent.place.socketPath), { timeout: 10_000 }).toBe(false)
    await expect.poll(() => existsSync(`/proc/${sandbox.pid}`), { timeout: 5000 }).toBe(false)
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(agent.place.home)
    await agent.start()
    expect((await agent.client.inspectSandbox({ ref: sandbox.id })).state).toBe('stopped')
  })
})
