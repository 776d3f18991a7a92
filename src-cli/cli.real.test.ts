import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AgentInfo } from '#contract/agent'
import type { Sandbox } from '#contract/sandbox'
import { type Desk, makeDesk, startDeskAgent } from './testing/joey.ts'

let desk: Desk
beforeAll(async () => {
  desk = makeDesk()
  await startDeskAgent(desk)
}, 60_000)
afterAll(() => desk.dispose(), 60_000)

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const list = async (...args: string[]): Promise<Sandbox[]> =>
  JSON.parse((await desk.joey(['ls', '--json', ...args])).stdout) as Sandbox[]

/** Of busybox's shell as root. */
const prompt = '/ # '

/** A sandbox that waits, for tests that need one to work on. */
async function startSleeper(name: string, ...options: string[]): Promise<void> {
  const ran = await desk.joey(['run', '-d', '--name', name, ...options, 'busybox', 'sleep', '1000'])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
}

describe('joey run', () => {
  test('keeps streams apart, passes the exit code, and removes with --rm', async () => {
    const ran = await desk.joey([
      'run',
      '--rm',
      '--name',
      'seven',
      'busybox',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 7',
    ])
    expect(ran).toMatchObject({ code: 7, stdout: 'out\n', stderr: 'err\n' })
    expect((await list('-a')).map(({ name }) => name)).not.toContain('seven')
  })

  test('needs no -- before the command, and leaves its options to it', async () => {
    const ran = await desk.joey(['run', '--rm', 'busybox', 'echo', '-n', '--rm', '--', '-i'])
    expect(ran).toMatchObject({ code: 0, stdout: '--rm -- -i' })
  })

  test('loses nothing of a command that ends at once, every time', async () => {
    for (let round = 0; round < 10; round += 1) {
      expect(await desk.joey(['run', '--rm', 'busybox', 'echo', String(round)])).toMatchObject({
        code: 0,
        stdout: `${round}\n`,
      })
    }
  })

  test('says that memory ran out', async () => {
    const hog = 'dd if=/dev/zero of=/dev/null bs=200M count=1'
    const ran = await desk.joey(['run', '--rm', '-m', '64m', 'busybox', 'sh', '-c', hog])
    expect(ran.code).toBe(137)
    expect(ran.stderr).toMatch(/^joey: Ran out of memory \(limit 64 MiB\)/m)
  })

  test('feeds standard input byte for byte with -i, and none without', async () => {
    const input = Buffer.from([...Array.from({ length: 256 }, (_, index) => index), 10, 0, 255])
    const fed = await desk.joey(['run', '--rm', '-i', 'busybox', 'cat'], { input })
    expect(fed.bytes).toEqual(input)
    expect(await desk.joey(['run', '--rm', 'busybox', 'cat'], { input: 'unseen' })).toMatchObject({
      code: 0,
      stdout: '',
    })
  })

  test('sets environment, user, working directory, hostname, and a read-only root', async () => {
    const script = 'echo "$A $B $(id -u) $(pwd) $(hostname)"; touch /x 2>/dev/null || echo read-only'
    const options = ['-e', 'A=1', '-e', 'B', '-u', '7', '-w', '/tmp', '-h', 'box', '--read-only']
    const ran = await desk.joey(['run', '--rm', ...options, 'busybox', 'sh', '-c', script], { env: { B: 'two' } })
    expect(ran.stdout).toBe('1 two 7 /tmp box\nread-only\n')
  })

  test('mounts a folder by a relative path, and forbids writing with :ro', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joey-mounted-'))
    writeFileSync(join(folder, 'file'), 'from here\n')
    try {
      const script = 'cat /m/file; echo x > /m/new || echo refused'
      const ran = await desk.joey(['run', '--rm', '-v', '.:/m:ro', 'busybox', 'sh', '-c', script], { cwd: folder })
      expect(ran.stdout).toBe('from here\nrefused\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('passes signals to the command', async () => {
    const child = desk.start([
      'run',
      '--rm',
      '--name',
      'signalled',
      'busybox',
      'sh',
      '-c',
      'trap "exit 5" TERM; echo up; while :; do sleep 0.1; done',
    ])
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill('SIGTERM')
    expect(await ended).toBe(5)
  })

  test('says which images there are when the one asked for is not', async () => {
    const ran = await desk.joey(['run', 'no-such-image'])
    expect(ran.code).toBe(125)
    expect(ran.stderr).toContain('There is no image "no-such-image". There are: busybox:latest.')
    expect(ran.stderr).toContain('joey image import')
  })

  test('tells a command that is not there by 127, and leaves nothing', async () => {
    const ran = await desk.joey(['run', '--name', 'nothing-left', 'busybox', 'no-such-command'])
    expect(ran.code).toBe(127)
    expect(ran.stderr).toContain('no-such-command')
  })

  test('refuses -t without a terminal, and creates nothing', async () => {
    const ran = await desk.joey(['run', '-it', '--name', 'no-tty', 'busybox', 'sh'])
    expect(ran.code).toBe(125)
    expect(ran.stderr).toContain('The input device is not a TTY')
    expect((await list('-a')).map(({ name }) => name)).not.toContain('no-tty')
  })

  test('keeps up with a reader that goes away, and leaves no sandbox with --rm', async () => {
    const child = desk.start(['run', '--rm', '--name', 'flood', 'busybox', 'yes'])
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.stdout?.destroy()
    expect(await ended).toBe(141)
    expect((await list('-a')).map(({ name }) => name)).not.toContain('flood')
  })
})

describe('joey exec', () => {
  beforeAll(() => startSleeper('worker'))

  test('passes bytes, streams and the exit code', async () => {
    const od = await desk.joey(['exec', '-i', 'worker', '--', 'od', '-c'], { input: Buffer.from('a\0b') })
    expect(od.stdout).toBe('0000000   a  \\0   b\n0000003\n')
    const both = await desk.joey(['exec', 'worker', 'sh', '-c', 'echo out; echo err >&2; exit 9'])
    expect(both).toMatchObject({ code: 9, stdout: 'out\n', stderr: 'err\n' })
  })

  test('brings 20 MB of random bytes back with the same checksum', async () => {
    const input = randomBytes(20 * 1024 * 1024)
    const ran = await desk.joey(['exec', '-i', 'worker', 'cat'], { input, deadlineMs: 60_000 })
    expect(ran.bytes.length).toBe(input.length)
    expect(sha256(ran.bytes)).toBe(sha256(input))
  }, 90_000)

  test('ends a command that takes too long, with 124', async () => {
    const ran = await desk.joey(['exec', '--timeout', '500ms', 'worker', 'sleep', '100'])
    expect(ran.code).toBe(124)
    expect(ran.stderr).toBe('joey: The command was killed: it had not ended after 500ms.\n')
  })

  test('tells what cannot be run by 126 and 127, a signal by 128 + n', async () => {
    expect((await desk.joey(['exec', 'worker', 'no-such-command'])).code).toBe(127)
    expect((await desk.joey(['exec', 'worker', '/etc'])).code).toBe(126)
    expect((await desk.joey(['exec', 'worker', 'sh', '-c', 'kill -TERM $$'])).code).toBe(143)
  })

  test('passes signals to the command', async () => {
    const child = desk.start(['exec', 'worker', 'sh', '-c', 'trap "exit 5" INT; echo up; while :; do sleep 0.1; done'])
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(5)
  })

  test('of an unknown sandbox is Joey’s failure, in JSON where asked for', async () => {
    const ran = await desk.joey(['exec', '--json', 'nobody', '--', 'true'])
    expect(ran.code).toBe(125)
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code: 'notFound', reason: 'sandbox-not-found' } })
  })
})

describe('a terminal', () => {
  test('runs a shell with run -it, follows the size, and passes the exit code', async () => {
    const { pty, waitFor, shown, exited } = desk.pty(['run', '--rm', '-it', 'busybox', 'sh'], { cols: 91, rows: 31 })
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
      const { waitFor, exited } = desk.pty(['run', '--rm', '-it', 'busybox', 'echo', `round-${round}`])
      expect(await exited).toBe(0)
      await waitFor(`round-${round}`)
    }
  })

  test('lives on when left by keys, shows its content to who comes back, and to two at once', async () => {
    const first = desk.pty(['run', '-it', '--name', 'shared', 'busybox', 'sh'])
    await first.waitFor(prompt)
    first.pty.write('echo left-$((40+2))\r')
    await first.waitFor('left-42')
    first.pty.write('\x10\x11')
    expect(await first.exited).toBe(0)
    expect(first.shown()).toContain('joey attach shared')

    const [one, other] = [desk.pty(['attach', 'shared']), desk.pty(['attach', 'shared'])]
    await Promise.all([one.waitFor('left-42'), other.waitFor('left-42')])
    one.pty.write('echo both-$((50+5))\r')
    await Promise.all([one.waitFor('both-55'), other.waitFor('both-55')])
    one.pty.write('exit 4\r')
    expect(await Promise.all([one.exited, other.exited])).toEqual([4, 4])
  })

  test('opens beside the main process with exec -it, and is closed with its command', async () => {
    await startSleeper('beside')
    const { pty, waitFor, exited } = desk.pty(['exec', '-it', 'beside', 'sh'], { cols: 66, rows: 20 })
    await waitFor(prompt)
    pty.write('stty size; tty\r')
    await waitFor('20 66')
    expect(JSON.parse((await desk.joey(['terminals', '--json', 'beside'])).stdout)).toMatchObject([
      { kind: 'exec', state: 'running' },
    ])
    pty.write('exit 3\r')
    expect(await exited).toBe(3)
    expect(JSON.parse((await desk.joey(['terminals', '--json', 'beside'])).stdout)).toEqual([])
  })

  test.each([
    ['by a signal', 143, (pid: number) => void process.kill(pid, 'SIGTERM')],
    ['with its sandbox', 137, () => void desk.joey(['kill', 'given-back'])],
  ])('gives the person’s terminal back as it was when it ends %s', async (_how, code, end) => {
    await startSleeper('given-back')
    const before = join(desk.home, 'stty-before')
    const after = join(desk.home, 'stty-after')
    const { pty, waitFor, exited } = desk.shell(
      `stty -a > ${before}; joey exec -it given-back sh; code=$?; stty -a > ${after}; exit $code`,
    )
    await waitFor(prompt)
    const [child] = readFileSync(`/proc/${pty.pid}/task/${pty.pid}/children`, 'utf8').split(' ')
    end(Number(child))
    expect(await exited).toBe(code)
    expect(readFileSync(after, 'utf8')).toBe(readFileSync(before, 'utf8'))
    await desk.joey(['rm', '-f', 'given-back'])
  })
})

describe('the life of sandboxes', () => {
  test('start, stop, pause, resume, restart, rename, update, kill, wait, rm', async () => {
    await startSleeper('life')
    const state = async (name = 'life') => (await list('-a')).find((sandbox) => sandbox.name === name)?.state
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
    await startSleeper('pair-one')
    await startSleeper('pair-two')
    const ran = await desk.joey(['stop', '-t', '0', 'pair-one', 'nobody', 'pair-two'])
    expect(ran).toMatchObject({ code: 1, stdout: 'pair-one\npair-two\n' })
    expect(ran.stderr).toMatch(/^joey: .*nobody/)
    expect((await desk.joey(['rm', '-f', 'pair-one', 'pair-two'])).code).toBe(0)
  })

  test('ls --json has id, name, state, class and image, and output elsewhere has no colours', async () => {
    await startSleeper('listed', '-l', 'trick=\x1b[31m')
    const [found] = await list('--filter', 'name=listed')
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
    await startSleeper('measured', '-m', '64m')
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

describe('images', () => {
  test('what is not an archive is refused with a sentence, and nothing stays', async () => {
    const file = join(desk.home, 'not-an-archive')
    writeFileSync(file, randomBytes(4096))
    const before = (await desk.joey(['image', 'ls', '--json'])).stdout
    const ran = await desk.joey(['image', 'import', file])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/^joey: .+\.\n/)
    expect((await desk.joey(['image', 'ls', '--json'])).stdout).toBe(before)
  })
})

describe('the agent', () => {
  test('tells pid, version, socket and home, and starting it again changes nothing', async () => {
    const status = JSON.parse((await desk.joey(['agent', 'status', '--json'])).stdout) as AgentInfo
    expect(status).toMatchObject({ running: true, home: desk.home, socket: join(desk.home, 'run', 'joeyd.sock') })
    const again = await desk.joey(['agent', 'start'])
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toContain(`runs already (pid ${status.pid}`)
  })

  test('starts once when asked twice at the same moment', async () => {
    const other = makeDesk()
    try {
      const started = await Promise.all([other.joey(['agent', 'start']), other.joey(['agent', 'start'])])
      expect(started.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
        { code: 0, stderr: '' },
        { code: 0, stderr: '' },
      ])
      const pids = started.map(({ stdout }) => /pid (\d+)/.exec(stdout)?.[1])
      expect(pids[0]).toBe(pids[1])
    } finally {
      await other.dispose()
    }
  })

  test('stops with what runs on, is told missing by 3 and 69, and adopts after its return', async () => {
    const other = makeDesk()
    try {
      await startDeskAgent(other)
      await other.joey(['run', '-d', '--name', 'kept', 'busybox', 'sleep', '1000'])
      expect((await other.joey(['agent', 'stop'])).stdout).toBe('The agent has stopped. 1 sandbox runs on.\n')
      expect((await other.joey(['agent', 'status'])).code).toBe(3)
      expect(JSON.parse((await other.joey(['agent', 'status', '--json'])).stdout)).toMatchObject({ running: false })
      const missing = await other.joey(['ls'])
      expect(missing).toMatchObject({
        code: 69,
        stderr: 'joey: The agent is not running. Start it with "joey agent start".\n',
      })
      expect((await other.joey(['doctor'])).stdout).toContain('The agent is not running')
      await startDeskAgent(other)
      expect((await other.joey(['ls'])).stdout).toMatch(/kept .*running/)
    } finally {
      await other.dispose()
    }
  }, 60_000)

  test('killed in the middle of a run is told, and the sandbox runs on', async () => {
    const other = makeDesk()
    try {
      const { pid } = await startDeskAgent(other)
      const child = other.start(['run', '--name', 'survivor', 'busybox', 'sh', '-c', 'echo up; sleep 1000'])
      let words = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        words += chunk.toString()
      })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      await new Promise((resolve) => child.stdout?.once('data', resolve))
      process.kill(pid, 'SIGKILL')
      expect(await ended).toBe(125)
      expect(words).toContain('The connection to the agent broke off')
      await startDeskAgent(other)
      expect((await other.joey(['ls'])).stdout).toMatch(/survivor .*running/)
    } finally {
      await other.dispose()
    }
  }, 60_000)
})
