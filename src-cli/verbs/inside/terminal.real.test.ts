import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()

/** Of busybox's shell as root. */
const prompt = '/ # '

describe('a terminal', () => {
  test('runs a shell with run -it, follows the size, and passes the exit code', async () => {
    const { pty, waitFor, shown, exited } = testAgent.pty(['run', '--rm', '-it', 'busybox', 'sh'], {
      cols: 91,
      rows: 31,
    })
    await waitFor(prompt)
    pty.write('stty size\r')
    await waitFor('31 91\r\n')
    pty.write("stty raw; printf 'a\\nb'; stty -raw\r")
    await waitFor('a\nb')
    pty.resize(77, 22)
    await sleep(300)
    pty.write('stty size\r')
    await waitFor('22 77')
    pty.write('exit 6\r')
    expect(await exited).toBe(6)
    expect(shown()).not.toContain('Detached')
  })

  test('shows the output of a command that ends at once, every time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { waitFor, exited } = testAgent.pty(['run', '--rm', '-it', 'busybox', 'echo', `round-${round}`])
      expect(await exited).toBe(0)
      await waitFor(`round-${round}`)
    }
  })

  test('lives on when left by keys, shows its content to who comes back, and to two at once', async () => {
    const first = testAgent.pty(['run', '-it', '--name', 'shared', 'busybox', 'sh'])
    await first.waitFor(prompt)
    first.pty.write('echo left-$((40+2))\r')
    await first.waitFor('left-42')
    first.pty.write('\x10\x11')
    expect(await first.exited).toBe(0)
    expect(first.shown()).toContain('joey attach shared')

    const [one, other] = [testAgent.pty(['attach', 'shared']), testAgent.pty(['attach', 'shared'])]
    await Promise.all([one.waitFor('left-42'), other.waitFor('left-42')])
    one.pty.write('echo both-$((50+5))\r')
    await Promise.all([one.waitFor('both-55'), other.waitFor('both-55')])
    one.pty.write('exit 4\r')
    expect(await Promise.all([one.exited, other.exited])).toEqual([4, 4])
  })

  test('opens beside the main process with exec -it, and is closed with its command', async () => {
    await testAgent.startSleeper('beside')
    const { pty, waitFor, exited } = testAgent.pty(['exec', '-it', 'beside', 'sh'], { cols: 66, rows: 20 })
    await waitFor(prompt)
    pty.write('stty size; tty\r')
    await waitFor('20 66')
    expect(JSON.parse((await testAgent.joey(['terminals', '--json', 'beside'])).stdout)).toMatchObject([
      { kind: 'exec', state: 'running' },
    ])
    pty.write('exit 3\r')
    expect(await exited).toBe(3)
    expect(JSON.parse((await testAgent.joey(['terminals', '--json', 'beside'])).stdout)).toEqual([])
  })

  test.each([
    ['by a signal', 143, (pid: number) => void process.kill(pid, 'SIGTERM')],
    ['with its sandbox', 137, () => void testAgent.joey(['kill', 'given-back'])],
  ])('gives the person’s terminal back as it was when it ends %s', async (_how, code, end) => {
    await testAgent.startSleeper('given-back')
    const before = join(testAgent.home, 'stty-before')
    const after = join(testAgent.home, 'stty-after')
    const { pty, waitFor, exited } = testAgent.shell(
      `stty -a > ${before}; joey exec -it given-back sh; code=$?; stty -a > ${after}; exit $code`,
    )
    await waitFor(prompt)
    const [child] = readFileSync(`/proc/${pty.pid}/task/${pty.pid}/children`, 'utf8').split(' ')
    end(Number(child))
    expect(await exited).toBe(code)
    expect(readFileSync(after, 'utf8')).toBe(readFileSync(before, 'utf8'))
    await testAgent.joey(['rm', '-f', 'given-back'])
  })
})
