import { connect, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTestAgent, scriptSpec, type TestAgent } from '../../testing/test-agent.ts'

let agent: TestAgent

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterEach(async () => {
  const left = await agent.client.listSandboxes({ all: true })
  await Promise.all(left.map(({ id }) => agent.client.removeSandbox({ ref: id, force: true })))
})
afterAll(() => agent.dispose())

const inspect = (ref: string) => agent.client.inspectSandbox({ ref })
const output = async (ref: string, ...argv: string[]) => (await agent.exec(ref, { argv })).stdout.toString()

/** A connection that stays open, to what answers every line with the same. */
async function open(port: number): Promise<{ say(word: string): Promise<string>; socket: Socket }> {
  const socket = connect({ host: '127.0.0.1', port })
  // A guest that is not up yet lets packets be lost, and each next one is later: another try is quicker.
  socket.setTimeout(2_000, () => socket.destroy())
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
    socket.once('close', () => reject(new Error('Nobody answered.')))
  })
  const say = (word: string) =>
    new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(data.toString()))
      socket.once('close', () => reject(new Error('The connection was closed.')))
      socket.write(`${word}\n`)
    })
  return { say, socket }
}

async function openWhenServed(port: number) {
  let found: Awaited<ReturnType<typeof open>> | undefined
  await expect
    .poll(async () => {
      const tried = await open(port)
      const answer = await tried.say('there').catch(() => '')
      if (answer === 'there\n') {
        tried.socket.setTimeout(0)
        found = tried
      } else tried.socket.destroy()
      return answer
    })
    .toBe('there\n')
  if (!found) throw new Error('unreachable')
  return found
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describe.each(['container', 'gvisor', 'microvm'] as const)('a change in the class %s', (own) => {
  test('of a port while it runs leaves the old connection, answers on the new port and refuses on the old one', async () => {
    const { id, ports, startedAt } = await agent.client.createSandbox({
      spec: scriptSpec('nc -ll -p 7 -e cat', { class: own, network: 'nat', ports: [{ hostPort: 0, guestPort: 7 }] }),
    })
    const before = ports[0]?.hostPort ?? 0
    const first = await openWhenServed(before)
    const after = await freePort()
    const change = { ports: [{ hostPort: after, guestPort: 7 }] }
    const plan = await agent.client.planChange({ ref: id, change })
    expect(plan).toMatchObject({ fields: [{ field: 'ports', effect: 'live' }], restarts: false, lost: [] })
    expect((await inspect(id)).ports).toEqual(ports)
    const { sandbox, kept } = await agent.client.changeSandbox({ ref: id, change })
    expect({ ports: sandbox.ports, started: sandbox.startedAt, kept }).toEqual({
      ports: change.ports,
      started: startedAt,
      kept: null,
    })
    expect(await first.say('still')).toBe('still\n')
    const second = await openWhenServed(after)
    await expect(open(before)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await first.say('yet')).toBe('yet\n')
    for (const { socket } of [first, second]) socket.destroy()
  })

  test('of what only a start can give waits for it, or has it at once with a snapshot to go back to', async () => {
    const { id } = await agent.client.createSandbox({
      spec: scriptSpec('echo "$WORD" >>/words; sleep 1000', { class: own, env: { WORD: 'one' } }),
    })
    const words = async () => {
      const { base64 } = await agent.client.readFile({ tree: `sandbox:${id}`, path: '/words' })
      return Buffer.from(base64, 'base64').toString()
    }
    await expect.poll(words).toBe('one\n')
    const later = await agent.client.changeSandbox({ ref: id, change: { env: { WORD: 'two' }, labels: { a: 'b' } } })
    expect(later.sandbox).toMatchObject({
      state: 'running',
      spec: { env: { WORD: 'one' }, labels: { a: 'b' } },
      pending: { spec: { env: { WORD: 'two' } } },
    })
    expect(await output(id, 'sh', '-c', 'echo $WORD')).toBe('one\n')
    await agent.client.restartSandbox({ ref: id, graceMs: 0 })
    await expect.poll(words).toBe('one\ntwo\n')
    expect(await inspect(id)).toMatchObject({ spec: { env: { WORD: 'two' } }, pending: null })

    const now = { ref: id, change: { env: { WORD: 'three' }, stopGraceMs: 0 }, restart: true }
    expect(await agent.client.planChange(now)).toMatchObject({
      restarts: true,
      keepsSnapshot: true,
      fields: [
        { field: 'env', effect: 'recreated' },
        { field: 'stopGraceMs', effect: 'live' },
      ],
    })
    const { kept } = await agent.client.changeSandbox(now)
    await expect.poll(words).toBe('one\ntwo\nthree\n')
    await agent.client.restoreSnapshot({ ref: kept ?? '' })
    expect((await inspect(id)).spec.env).toEqual({ WORD: 'two' })
    await expect.poll(words).toBe('one\ntwo\ntwo\n')
  })
})

test('a change that is refused changes nothing, whichever of its fields it is', async () => {
  const spec = scriptSpec('sleep 1000', { network: 'nat', ports: [{ hostPort: 0, guestPort: 7 }] })
  const holder = await agent.client.createSandbox({ spec })
  const { id, ports } = await agent.client.createSandbox({ spec })
  const before = await inspect(id)
  const taken = holder.ports[0]?.hostPort ?? 0
  const foreign = createServer()
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
  const address = foreign.address() as { port: number }
  const limits = { memoryBytes: 64 * 2 ** 20 }
  for (const [change, reason] of [
    [{ limits, ports: [{ hostPort: taken, guestPort: 7 }] }, 'port-taken'],
    [{ limits, ports: [{ hostPort: address.port, guestPort: 7 }] }, 'port-in-use'],
    [{ limits, ports: [], mounts: [{ source: '/not/there', target: '/x' }] }, 'mount-source-missing'],
    [{ limits, network: 'none' as const }, 'ports-need-network'],
    [{ labels: { a: 'b' }, image: 'not-here' }, 'image-not-found'],
    [{ labels: { a: 'b' }, command: [''] }, 'command-not-found'],
  ] as const) {
    await expect(agent.client.changeSandbox({ ref: id, change } as never)).rejects.toMatchObject({ wire: { reason } })
    expect(await inspect(id)).toEqual(before)
  }
  foreign.close()
  expect((await agent.client.readUsage({ ref: id }))[0]).toMatchObject({ memoryLimitBytes: null })
  expect(ports).toHaveLength(1)
})

test('what does not start with the change runs again as before, with the disk it had', async () => {
  const { id } = await agent.client.createSandbox({ spec: scriptSpec('date >>/starts; sleep 1000') })
  const change = { command: ['/not/there'], stopGraceMs: 0 }
  await expect.poll(() => output(id, 'sh', '-c', 'wc -l </starts')).toBe('1\n')
  await agent.client.changeSandbox({ ref: id, change: { stopGraceMs: 0 } })
  await expect(agent.client.changeSandbox({ ref: id, change, restart: true })).rejects.toMatchObject({
    wire: { reason: 'change-not-started', params: { runs: 'yes' } },
  })
  expect(await inspect(id)).toMatchObject({ state: 'running', spec: { command: ['sh', '-c', expect.anything()] } })
  await expect.poll(() => output(id, 'sh', '-c', 'wc -l </starts')).toBe('2\n')
})

test('what waits for the next start is there for the next agent, also where the end was seen by nobody', async () => {
  const { id, pid } = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
  await agent.client.changeSandbox({ ref: id, change: { command: ['sh', '-c', 'sleep 1234'] } })
  await agent.murder()
  process.kill(pid ?? 0, 'SIGKILL')
  await agent.start()
  await agent.client.startSandbox({ ref: id })
  expect(await inspect(id)).toMatchObject({ argv: ['sh', '-c', 'sleep 1234'], pending: null })
  await expect.poll(() => output(id, 'cat', '/proc/1/cmdline')).toContain('1234')
})
