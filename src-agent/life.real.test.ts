import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStream } from '#contract/client/open-stream'
import { type LogDown, logStream } from '#contract/observe'
import type { SandboxSpec } from '#contract/sandbox'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

const classes = ['container', 'gvisor', 'microvm'] as const
/** Far more than any of it takes, and far less than what is overtaken would. */
const soonMs = 30_000
const longMs = 300_000

let agent: TestAgent
beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterAll(() => agent.dispose())

/** Lines of the main process's output so far. */
function log(ref: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    const socket = openStream(agent.place, logStream, { ref })
    socket.once('error', reject)
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString('utf8')) as LogDown
      if (message.type === 'lines') lines.push(...message.lines.map(({ text }) => text))
      else {
        socket.close()
        resolve(lines)
      }
    })
  })
}

/** Does not end when it is asked to. */
const stubborn = 'trap "" TERM; trap "echo heard" HUP; echo ready; while true; do sleep 0.1; done'

describe.each(classes)('life and death in the class %s', (own) => {
  const create = async (script: string, more: Partial<SandboxSpec> = {}): Promise<string> => {
    const { id } = await agent.client.createSandbox({ spec: scriptSpec(script, { class: own, ...more }) })
    return id
  }
  const stateOf = async (ref: string) => (await agent.client.inspectSandbox({ ref })).state
  const isReady = async (ref: string) => {
    await expect.poll(() => log(ref), { timeout: soonMs }).toContain('ready')
  }
  const remove = (ref: string) => agent.client.removeSandbox({ ref, force: true })

  const overtakers = {
    kill: (ref: string) => agent.client.killSandbox({ ref, signal: 'KILL' }),
    'a shorter stop': (ref: string) => agent.client.stopSandbox({ ref, graceMs: 100 }),
    'a removal by force': remove,
  }
  test.each(Object.entries(overtakers))('%s overtakes a long stop', async (_name, overtake) => {
    const ref = await create(stubborn)
    await isReady(ref)
    const started = performance.now()
    const stop = agent.client.stopSandbox({ ref, graceMs: longMs })
    await expect.poll(() => stateOf(ref), { timeout: soonMs }).toBe('stopping')
    await overtake(ref)
    await stop
    expect(performance.now() - started).toBeLessThan(soonMs)
    if (overtake !== remove) await remove(ref)
  })

  test('a signal other than KILL reaches what is being stopped', async () => {
    const ref = await create(stubborn)
    await isReady(ref)
    const stop = agent.client.stopSandbox({ ref, graceMs: longMs })
    await expect.poll(() => stateOf(ref), { timeout: soonMs }).toBe('stopping')
    await agent.client.killSandbox({ ref, signal: 'HUP' })
    await expect.poll(() => log(ref), { timeout: soonMs }).toContain('heard')
    await agent.client.killSandbox({ ref, signal: 'KILL' })
    expect((await stop).exit).toMatchObject({ code: 137 })
    await remove(ref)
  })

  test('one that ignores the stop signal to finish something gets its whole time', async () => {
    const ref = await create('trap "" TERM; echo ready; sleep 4; echo finished; exit 7')
    await isReady(ref)
    expect((await agent.client.stopSandbox({ ref, graceMs: longMs })).exit).toMatchObject({ code: 7 })
    expect(await log(ref)).toContain('finished')
    await remove(ref)
  })

  test('after KILL it is stopped, and can be removed at once', async () => {
    const ref = await create(stubborn)
    expect((await agent.client.killSandbox({ ref, signal: 'KILL' })).state).toBe('stopped')
    await expect(agent.client.removeSandbox({ ref })).resolves.toEqual({ id: ref })
  })

  test('a paused one takes new limits and signals, and stays paused', async () => {
    const ref = await create(stubborn)
    await isReady(ref)
    await agent.client.pauseSandbox({ ref })
    const started = performance.now()
    await agent.client.updateSandbox({ ref, memoryBytes: 100 * 2 ** 20 })
    await agent.client.killSandbox({ ref, signal: 'HUP' })
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(await stateOf(ref)).toBe('paused')
    await agent.client.resumeSandbox({ ref })
    await expect.poll(() => log(ref), { timeout: soonMs }).toContain('heard')
    await remove(ref)
  })

  test('a real-time signal is heard, or refused with the reason that the class has among its limitations', async () => {
    const ref = await create('trap "echo heard" 37; echo ready; while true; do sleep 0.1; done')
    await isReady(ref)
    const send = () => agent.client.killSandbox({ ref, signal: 'RTMIN+3' })
    const profile = (await agent.client.listClasses({})).find((each) => each.class === own)
    if (profile?.limitations.some(({ feature }) => feature === 'signals')) {
      await expect(send()).rejects.toMatchObject({ wire: { code: 'invalidRequest', reason: 'signal-not-in-class' } })
    } else {
      await send()
      await expect.poll(() => log(ref), { timeout: soonMs }).toContain('heard')
    }
    await remove(ref)
  })

  test('an account that was made while it runs is found by its name', async () => {
    const ref = await create('sleep 1000')
    const addUser = 'echo ada:x:4321:4321::/:/bin/sh >> /etc/passwd; echo crew:x:5432:ada >> /etc/group'
    expect((await agent.exec(ref, { argv: ['sh', '-c', addUser] })).end.code).toBe(0)
    const { stdout } = await agent.exec(ref, { argv: ['sh', '-c', 'id -u; id -G'], user: 'ada' })
    expect(stdout.toString()).toBe('4321\n4321 5432\n')
    await remove(ref)
  })
})
