import { createHash, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe('joey exec', () => {
  beforeAll(() => testAgent.startSleeper('worker'))

  test('passes bytes, streams and the exit code', async () => {
    const od = await testAgent.joey(['exec', '-i', 'worker', '--', 'od', '-c'], { input: Buffer.from('a\0b') })
    expect(od.stdout).toBe('0000000   a  \\0   b\n0000003\n')
    const both = await testAgent.joey(['exec', 'worker', 'sh', '-c', 'echo out; echo err >&2; exit 9'])
    expect(both).toMatchObject({ code: 9, stdout: 'out\n', stderr: 'err\n' })
  })

  test('brings 20 MB of random bytes back with the same checksum', async () => {
    const input = randomBytes(20 * 1024 * 1024)
    const ran = await testAgent.joey(['exec', '-i', 'worker', 'cat'], { input, deadlineMs: 60_000 })
    expect(ran.bytes.length).toBe(input.length)
    expect(sha256(ran.bytes)).toBe(sha256(input))
  }, 90_000)

  test('ends a command that takes too long, with 124', async () => {
    const ran = await testAgent.joey(['exec', '--timeout', '500ms', 'worker', 'sleep', '100'])
    expect(ran.code).toBe(124)
    expect(ran.stderr).toBe('joey: The command was killed: it had not ended after 500ms.\n')
  })

  test('reports what cannot be run by 126 and 127, a signal by 128 + n', async () => {
    expect((await testAgent.joey(['exec', 'worker', 'no-such-command'])).code).toBe(127)
    expect((await testAgent.joey(['exec', 'worker', '/etc'])).code).toBe(126)
    expect((await testAgent.joey(['exec', 'worker', 'sh', '-c', 'kill -TERM $$'])).code).toBe(143)
  })

  test('says after a program that lacks rights which grant gives them, to an ordinary user', async () => {
    const said = 'joey: Files give programs no rights in "worker", so "su" has none.'
    const asUser = await testAgent.joey(['exec', '-u', '1000', 'worker', 'su', '-c', 'false'])
    expect(asUser.code).not.toBe(0)
    expect(asUser.stderr).toContain(`${said} joey grant worker new-privileges gives them from its next start on.\n`)
    for (const args of [
      ['worker', 'su', '-c', 'false'],
      ['-u', '1000', 'worker', 'false'],
    ])
      expect((await testAgent.joey(['exec', ...args])).stderr).not.toContain('no rights')
  })

  test('passes signals to the command', async () => {
    const child = testAgent.start([
      'exec',
      'worker',
      'sh',
      '-c',
      'trap "exit 5" INT; echo up; while :; do sleep 0.1; done',
    ])
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(5)
  })

  test('of an unknown sandbox is Joey’s failure, in JSON where requested', async () => {
    const ran = await testAgent.joey(['exec', '--json', 'nobody', '--', 'true'])
    expect(ran.code).toBe(125)
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code: 'notFound', reason: 'sandbox-not-found' } })
  })
})
