import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()

describe('joey run', () => {
  test('keeps streams apart, passes the exit code, and removes with --rm', async () => {
    const ran = await testAgent.joey([
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
    expect((await testAgent.list('-a')).map(({ name }) => name)).not.toContain('seven')
  })

  test('needs no -- before the command, and leaves its options to it', async () => {
    const ran = await testAgent.joey(['run', '--rm', 'busybox', 'echo', '-n', '--rm', '--', '-i'])
    expect(ran).toMatchObject({ code: 0, stdout: '--rm -- -i' })
  })

  test('loses nothing of a command that ends at once, every time', async () => {
    for (let round = 0; round < 10; round += 1) {
      expect(await testAgent.joey(['run', '--rm', 'busybox', 'echo', String(round)])).toMatchObject({
        code: 0,
        stdout: `${round}\n`,
      })
    }
  })

  test('says that memory ran out', async () => {
    const hog = 'dd if=/dev/zero of=/dev/null bs=200M count=1'
    const ran = await testAgent.joey(['run', '--rm', '-m', '64m', 'busybox', 'sh', '-c', hog])
    expect(ran.code).toBe(137)
    expect(ran.stderr).toMatch(/^joey: Ran out of memory \(limit 64 MiB\)/m)
  })

  test('feeds standard input byte for byte with -i, and none without', async () => {
    const input = Buffer.from([...Array.from({ length: 256 }, (_, index) => index), 10, 0, 255])
    const fed = await testAgent.joey(['run', '--rm', '-i', 'busybox', 'cat'], { input })
    expect(fed.bytes).toEqual(input)
    expect(await testAgent.joey(['run', '--rm', 'busybox', 'cat'], { input: 'unseen' })).toMatchObject({
      code: 0,
      stdout: '',
    })
  })

  test('sets environment, user, working directory, hostname, and a read-only root', async () => {
    const script = 'echo "$A $B $(id -u) $(pwd) $(hostname)"; touch /x 2>/dev/null || echo read-only'
    const options = ['-e', 'A=1', '-e', 'B', '-u', '7', '-w', '/tmp', '-h', 'box', '--read-only']
    const ran = await testAgent.joey(['run', '--rm', ...options, 'busybox', 'sh', '-c', script], { env: { B: 'two' } })
    expect(ran.stdout).toBe('1 two 7 /tmp box\nread-only\n')
  })

  test('mounts a folder by a relative path, and forbids writing with :ro', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joey-mounted-'))
    writeFileSync(join(folder, 'file'), 'from here\n')
    try {
      const script = 'cat /m/file; echo x > /m/new || echo refused'
      const ran = await testAgent.joey(['run', '--rm', '-v', '.:/m:ro', 'busybox', 'sh', '-c', script], { cwd: folder })
      expect(ran.stdout).toBe('from here\nrefused\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('passes signals to the command', async () => {
    const child = testAgent.start([
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

  test('says which images there are when the one requested is not', async () => {
    const ran = await testAgent.joey(['run', '--pull', 'never', 'no-such-image'])
    expect(ran.code).toBe(125)
    expect(ran.stderr).toContain('There is no image no-such-image. There are: busybox:latest.')
    expect(ran.stderr).toContain('joey pull no-such-image')
  })

  test('reports a command that is not there by 127, and leaves nothing', async () => {
    const ran = await testAgent.joey(['run', '--name', 'nothing-left', 'busybox', 'no-such-command'])
    expect(ran.code).toBe(127)
    expect(ran.stderr).toContain('no-such-command')
  })

  test('refuses -t without a terminal, and creates nothing', async () => {
    const ran = await testAgent.joey(['run', '-it', '--name', 'no-tty', 'busybox', 'sh'])
    expect(ran.code).toBe(125)
    expect(ran.stderr).toContain('The input device is not a TTY')
    expect((await testAgent.list('-a')).map(({ name }) => name)).not.toContain('no-tty')
  })

  test('keeps up with a reader that goes away, and leaves no sandbox with --rm', async () => {
    const child = testAgent.start(['run', '--rm', '--name', 'flood', 'busybox', 'yes'])
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.stdout?.destroy()
    expect(await ended).toBe(141)
    expect((await testAgent.list('-a')).map(({ name }) => name)).not.toContain('flood')
  })
})
