import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Confinement, confine } from './confine.ts'
import { run } from './run.ts'

/** Runs a command of busybox as a tool is run, and shows how it ended. */
const confined = (words: readonly string[], confinement: Confinement = {}) =>
  run(...confine('busybox', words, confinement), { timeoutMs: 10_000, okExitCodes: [0, 1, 2, 127, 137, 159] })

test('a tool runs behind a filter of system calls, and has no descriptor of it', async () => {
  const { stdout } = await confined(['sh', '-c', 'cat /proc/self/status; ls /proc/self/fd'])
  expect(stdout).toMatch(/^Seccomp:\t2$/m)
  expect(stdout).toMatch(/^NoNewPrivs:\t1$/m)
  expect(stdout).toMatch(/^0$/m)
  expect(stdout).not.toMatch(/^9$/m)
})

test.each([
  ['mounts nothing', ['mount', '-t', 'tmpfs', 'x', '/tmp'], /not permitted|permission denied/i],
  ['makes no namespace', ['unshare', '-m', 'true'], /not permitted/i],
  ['makes no user namespace', ['unshare', '-U', 'true'], /not permitted/i],
  ['changes no name of the machine', ['hostname', 'other'], /not permitted/i],
  ['turns no memory into swap', ['swapoff', '/dev/null'], /not permitted/i],
  ['changes its root nowhere', ['chroot', '/', 'true'], /not permitted/i],
])('a tool %s, even where its capabilities would let it', async (_what, words, said) => {
  const { code, stderr } = await confined(words, { capabilities: ['SYS_ADMIN'] })
  expect(code).not.toBe(0)
  expect(stderr).toMatch(said)
})

test('a tool that holds the capability to change its root does that', async () => {
  const { code } = await confined(['chroot', '/', '/usr/bin/true'], { capabilities: ['SYS_CHROOT'] })
  expect(code).toBe(0)
})

test('a tool has no socket to anything but its own processes', async () => {
  const script = `const { createSocket } = require('node:dgram')
    try { createSocket('udp4').bind(0).on('error', (error) => console.log(error.code)) } catch (error) { console.log(error.code) }`
  const program = process.execPath
  const shown = [{ from: program, to: '/node', writable: false }]
  const { stdout } = await run(...confine('/node', ['-e', script], { shown }), { timeoutMs: 20_000 })
  expect(stdout).toMatch(/^(EPERM|EACCES)\n$/)
})

test('a program that is missing is said by bubblewrap, and no file of the filter is left', async () => {
  const { stderr } = await run(...confine('no-such-program', [], {}), { timeoutMs: 10_000, okExitCodes: [1] })
  expect(stderr).toMatch(/^bwrap: execvp no-such-program: /m)
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('joey-filter-'))).toEqual([])
  expect(confine('true', [], {})[1].join(' ')).toContain(join('/proc', String(process.pid), 'fd'))
})

describe('a tool that speaks with others', () => {
  const reach = { account: 0x77ff_fff1, largestFile: 1024 * 1024 }

  test('is nobody without a capability, and holds none that it could regain', async () => {
    const { stdout } = await confined(['sh', '-c', 'id -u; id -G; grep Cap /proc/self/status'], { reach })
    expect(stdout).toMatch(/^2013265905\n2013265905\n/)
    expect(stdout.match(/^Cap\w+:\t0+$/gm)).toHaveLength(5)
  })

  test('has no network but its own loopback', async () => {
    const { stdout } = await confined(
      ['sh', '-c', 'cat /proc/net/dev | tail -n +3; cat /proc/net/route | tail -n +2'],
      { reach },
    )
    expect(stdout.trim()).toMatch(/^lo:[^\n]*$/)
    const { code } = await confined(['nc', '-w', '1', '192.0.2.1', '80'], { reach })
    expect(code).not.toBe(0)
  })

  test('writes no larger file than it may, and reads its input as the file that was chosen', async () => {
    const work = mkdtempSync(join(tmpdir(), 'joey-reach-'))
    try {
      chmodSync(work, 0o777)
      const script = 'cat /run/joey/in; head -c 3000000 /dev/zero >/work/large; stat -c %s /work/large'
      const how = confine('busybox', ['sh', '-c', script], {
        work,
        temporary: '/work',
        reach: { ...reach, inputAs: '/run/joey/in' },
      })
      const { stdout } = await run(...how, { timeoutMs: 10_000, input: 'secret\n', okExitCodes: [0, 1, 153] })
      expect(stdout).toBe('secret\n1048576\n')
    } finally {
      rmSync(work, { recursive: true })
    }
  })
})
