import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { createTestAgent, scriptSpec } from '../../testing/test-agent.ts'

const agent = createTestAgent()
let offered: readonly IsolationClass[] = []

beforeAll(async () => {
  await agent.start()
  offered = (await agent.client.listClasses({})).filter(({ available }) => available).map((each) => each.class)
}, 120_000)
afterAll(() => agent.dispose(), 120_000)

async function shell(ref: string, script: string): Promise<string> {
  return (await agent.exec(ref, { argv: ['sh', '-c', script] })).stdout.toString('utf8')
}

async function settled(ref: string): Promise<Sandbox> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const sandbox = await agent.client.inspectSandbox({ ref })
    if (['running', 'stopped'].includes(sandbox.state) || Date.now() > deadline) return sandbox
    await sleep(50)
  }
}

const prepare = `
  umask 027; mkdir -p /keep/inner /etc/new; echo kept > /keep/inner/file; chown 1000:1001 /keep/inner/file
  chmod 4750 /keep/inner/file; ln -s ../inner/file /keep/link; ln /keep/inner/file /keep/hard
  rm -rf /bin/wget; rm -rf /var/spool; mkdir -p /var/spool; echo new > /var/spool/mine; mkfifo /keep/pipe
  touch -d '2001-02-03 04:05:06' /keep/inner/file`
const inspect = `
  cat /keep/hard; stat -c '%n %F %a %u %g %h %Y' /keep/inner/file /keep/link /keep/hard
  readlink /keep/link; ls /bin/wget 2>&1; ls /var/spool; hostname`

test('a sandbox goes through every class that this machine offers, with its disk, name and limits', {
  timeout: 240_000,
}, async () => {
  const spec = scriptSpec('while :; do sleep 1; done', { stopGraceMs: 1_000, labels: { team: 'blue' } })
  await agent.client.createSandbox({ name: 'traveller', spec, start: true })
  await shell('traveller', prepare)
  const before = await shell('traveller', inspect)
  expect(before).toContain('kept')

  const others = offered.filter((name) => name !== 'container').reverse()
  for (const to of [...others, 'container'] as const) {
    const plan = await agent.client.planClass({ ref: 'traveller', class: to })
    expect(plan.problems.filter(({ level }) => level === 'blocks')).toEqual([])
    const { sandbox, fellBack } = await agent.client.setClass({ ref: 'traveller', class: to })
    expect([to, fellBack]).toEqual([to, null])
    expect(sandbox).toMatchObject({ class: to, state: 'running', spec: { labels: { team: 'blue' } } })
    expect(await shell('traveller', inspect), `in ${to}`).toBe(before)
    await shell('traveller', `echo ${to} >> /keep/visited`)
  }
  // gVisor does not show pipes that are on a disk, but they stay there.
  expect(await shell('traveller', 'stat -c %F /keep/pipe')).toBe('fifo\n')
  expect(await shell('traveller', 'cat /keep/visited')).toBe(`${[...others, 'container'].join('\n')}\n`)
})

test('an agent that is torn away in the midst leaves a sandbox that runs, with its disk', {
  timeout: 120_000,
}, async () => {
  const other = offered.find((name) => name !== 'container')
  if (other === undefined) return
  const spec = scriptSpec('trap "exit 0" TERM; while :; do sleep 0.1; done', { removeOnExit: true })
  await agent.client.createSandbox({ name: 'torn', spec, start: true })
  await shell('torn', 'echo whole > /note')
  for (const afterMs of [30, 250, 600, 1_500]) {
    const now = (await agent.client.inspectSandbox({ ref: 'torn' })).class
    const changed = agent.client
      .setClass({ ref: 'torn', class: now === 'container' ? other : 'container' })
      .catch(() => null)
    await sleep(afterMs)
    await agent.murder()
    await changed
    await agent.start()
    // A change that is gone on with holds the sandbox; whoever asks for it waits until it is done.
    const { state } = await settled('torn')
    expect(state, `after ${afterMs} ms`).toBe('running')
    expect(await shell('torn', 'cat /note')).toBe('whole\n')
  }
})

test('classes report what was measured here, and nothing else', async () => {
  const [container] = await agent.client.listClasses({})
  expect(container).toMatchObject({ class: 'container', available: true, estimate: { measuredHere: true } })
  expect(container?.estimate.startMs).toBeGreaterThan(1)
})
