import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import { shareDesk } from '../../testing/shared-agent.ts'

const desk = shareDesk()

describe('the life of sandboxes', () => {
  test('start, stop, pause, resume, restart, rename, update, kill, wait, rm', async () => {
    await desk.startSleeper('life')
    const state = async (name = 'life') => (await desk.list('-a')).find((sandbox) => sandbox.name === name)?.state
    expect((await desk.joey(['pause', 'life'])).stdout).toBe('life\n')
    expect(await state()).toBe('paused')
    await desk.joey(['resume', 'life'])
    expect(await state()).toBe('running')
    await desk.joey(['update', '-m', '128m', '--cpus', '0.5', 'life'])
    const [sandbox] = JSON.parse((await desk.joey(['inspect', 'life'])).stdout) as Sandbox[]
    expect(sandbox?.spec.limits).toMatchObject({ memoryBytes: 128 * 2 ** 20, cpus: 0.5 })
    expect((await desk.joey(['restart', '-t', '0', 'life'])).code).toBe(0)
    expect((await desk.joey(['stop', '-t', '1', 'life'])).code).toBe(0)
    expect(await state()).toBe('stopped')
    expect((await desk.joey(['start', 'life'])).code).toBe(0)
    const waiting = desk.joey(['wait', 'life'])
    await sleep(200)
    expect((await desk.joey(['kill', '-s', 'KILL', 'life'])).code).toBe(0)
    expect((await waiting).stdout).toBe('137\n')
    expect((await desk.joey(['rename', 'life', 'after-life'])).stdout).toBe('after-life\n')
    expect((await desk.joey(['rm', 'after-life'])).code).toBe(0)
    expect(await state('after-life')).toBeUndefined()
  })

  test('several names are each handled, and each failure is told', async () => {
    await desk.startSleeper('pair-one')
    await desk.startSleeper('pair-two')
    const ran = await desk.joey(['stop', '-t', '0', 'pair-one', 'nobody', 'pair-two'])
    expect(ran).toMatchObject({ code: 1, stdout: 'pair-one\npair-two\n' })
    expect(ran.stderr).toMatch(/^joey: .*nobody/)
    expect((await desk.joey(['rm', '-f', 'pair-one', 'pair-two'])).code).toBe(0)
  })

  test('ls --json has id, name, state, class and image, and output elsewhere has no colours', async () => {
    await desk.startSleeper('listed', '-l', 'trick=\x1b[31m')
    const [found] = await desk.list('--filter', 'name=listed')
    expect(found).toMatchObject({
      name: 'listed',
      state: 'running',
      class: 'container',
      image: expect.stringContaining('busybox'),
    })
    expect(found?.id).toMatch(/^[a-f0-9]{12}$/)
    const plain = await desk.joey(['ls', '-a'])
    expect(plain.stdout).not.toContain('\x1b')
    expect((await desk.joey(['ls', '-q', '--filter', 'name=listed'])).stdout).toBe(`${found?.id}\n`)
  })

  test('logs keep streams apart, tail, and follow to the end', async () => {
    await desk.joey([
      'run',
      '--name',
      'logged',
      'busybox',
      'sh',
      '-c',
      'echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three',
    ])
    expect(await desk.joey(['logs', 'logged'])).toMatchObject({ code: 0, stdout: 'one\nthree\n', stderr: 'two\n' })
    expect((await desk.joey(['logs', '-n', '1', 'logged'])).stdout).toBe('three\n')
    expect((await desk.joey(['logs', '-f', '-t', 'logged'])).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\S+ one\n\d{4}-\S+ three\n$/,
    )
  })

  test('stats are one table where the output is no terminal', async () => {
    await desk.startSleeper('measured', '-m', '64m')
    const ran = await desk.joey(['stats', 'measured'])
    expect(ran.stdout.split('\n')[0]).toMatch(/^NAME\s+CPU %/)
    expect(ran.stdout).toMatch(/measured .* 64 MiB/)
    expect(JSON.parse((await desk.joey(['stats', '--json', 'measured'])).stdout)).toMatchObject([{ name: 'measured' }])
  })

  test('events are one JSON object a line', async () => {
    const child = desk.start(['events', '--json'])
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    await expect.poll(() => text, { timeout: 15_000 }).toContain('"snapshot"')
    await desk.joey(['run', '--rm', '--name', 'eventful', 'busybox', 'true'])
    await expect.poll(() => text, { timeout: 15_000 }).toContain('"sandbox.removed"')
    child.kill()
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number })
    expect(events.slice(1).every(({ seq }, index) => seq === (events[index]?.seq ?? 0) + 1)).toBe(true)
  })
})
