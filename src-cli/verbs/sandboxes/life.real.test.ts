import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()

describe('the life of sandboxes', () => {
  test('start, stop, pause, resume, restart, rename, update, kill, wait, rm', async () => {
    await testAgent.startSleeper('life')
    const state = async (name = 'life') => (await testAgent.list('-a')).find((sandbox) => sandbox.name === name)?.state
    expect((await testAgent.joey(['pause', 'life'])).stdout).toBe('life\n')
    expect(await state()).toBe('paused')
    await testAgent.joey(['resume', 'life'])
    expect(await state()).toBe('running')
    await testAgent.joey(['update', '-m', '128m', '--cpus', '0.5', 'life'])
    const [sandbox] = JSON.parse((await testAgent.joey(['inspect', 'life'])).stdout) as Sandbox[]
    expect(sandbox?.spec.limits).toMatchObject({ memoryBytes: 128 * 2 ** 20, cpus: 0.5 })
    expect((await testAgent.joey(['restart', '-t', '0', 'life'])).code).toBe(0)
    expect((await testAgent.joey(['stop', '-t', '1', 'life'])).code).toBe(0)
    expect(await state()).toBe('stopped')
    expect((await testAgent.joey(['start', 'life'])).code).toBe(0)
    const waiting = testAgent.joey(['wait', 'life'])
    await sleep(200)
    expect((await testAgent.joey(['kill', '-s', 'KILL', 'life'])).code).toBe(0)
    expect((await waiting).stdout).toBe('137\n')
    expect((await testAgent.joey(['rename', 'life', 'after-life'])).stdout).toBe('after-life\n')
    expect((await testAgent.joey(['rm', 'after-life'])).code).toBe(0)
    expect(await state('after-life')).toBeUndefined()
  })

  test('several names are each handled, and each failure is printed', async () => {
    await testAgent.startSleeper('pair-one')
    await testAgent.startSleeper('pair-two')
    const ran = await testAgent.joey(['stop', '-t', '0', 'pair-one', 'nobody', 'pair-two'])
    expect(ran).toMatchObject({ code: 1, stdout: 'pair-one\npair-two\n' })
    expect(ran.stderr).toMatch(/^joey: .*nobody/)
    expect((await testAgent.joey(['rm', '-f', 'pair-one', 'pair-two'])).code).toBe(0)
  })

  test('ls --json has id, name, state, class and image, and output elsewhere has no colours', async () => {
    await testAgent.startSleeper('listed', '-l', 'trick=\x1b[31m')
    const [found] = await testAgent.list('--filter', 'name=listed')
    expect(found).toMatchObject({
      name: 'listed',
      state: 'running',
      class: 'container',
      image: expect.stringContaining('busybox'),
    })
    expect(found?.id).toMatch(/^[a-f0-9]{12}$/)
    const plain = await testAgent.joey(['ls', '-a'])
    expect(plain.stdout).not.toContain('\x1b')
    expect((await testAgent.joey(['ls', '-q', '--filter', 'name=listed'])).stdout).toBe(`${found?.id}\n`)
  })

  test('logs keep streams apart, tail, and follow to the end', async () => {
    await testAgent.joey([
      'run',
      '--name',
      'logged',
      'busybox',
      'sh',
      '-c',
      'echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three',
    ])
    expect(await testAgent.joey(['logs', 'logged'])).toMatchObject({ code: 0, stdout: 'one\nthree\n', stderr: 'two\n' })
    expect((await testAgent.joey(['logs', '-n', '1', 'logged'])).stdout).toBe('three\n')
    expect((await testAgent.joey(['logs', '-f', '-t', 'logged'])).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\S+ one\n\d{4}-\S+ three\n$/,
    )
  })

  test('stats are one table where the output is no terminal', async () => {
    await testAgent.startSleeper('measured', '-m', '64m')
    const ran = await testAgent.joey(['stats', 'measured'])
    expect(ran.stdout.split('\n')[0]).toMatch(/^NAME\s+CPU %/)
    expect(ran.stdout).toMatch(/measured .* 64 MiB/)
    expect(JSON.parse((await testAgent.joey(['stats', '--json', 'measured'])).stdout)).toMatchObject([
      { name: 'measured' },
    ])
  })

  test('events are one JSON object a line', async () => {
    const child = testAgent.start(['events', '--json'])
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    await expect.poll(() => text, { timeout: 15_000 }).toContain('"state"')
    await testAgent.joey(['run', '--rm', '--name', 'eventful', 'busybox', 'true'])
    await expect.poll(() => text, { timeout: 15_000 }).toContain('"sandbox.removed"')
    child.kill()
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number })
    expect(events.slice(1).every(({ seq }, index) => seq === (events[index]?.seq ?? 0) + 1)).toBe(true)
  })
})
