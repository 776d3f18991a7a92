import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { endGroup, hasEnded } from './kill-group.ts'
import { run, start, whenStarted } from './run.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joey-run-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const sh = (script: string, options?: Parameters<typeof run>[2]) => run('sh', ['-c', script], options)

test('keeps output and error output apart and gives the exit code', async () => {
  const result = await sh('echo out; echo err >&2; exit 3', { okExitCodes: [0, 3] })
  expect(result).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' })
})

test('arguments reach the program as they are, no shell reads them', async () => {
  const result = await run('printf', ['%s|%s', '$HOME; rm -rf "', 'a b'])
  expect(result.stdout).toBe('$HOME; rm -rf "|a b')
})

test('input is written to the program, bytes and all', async () => {
  const result = await run('od', ['-An', '-tx1'], { input: new Uint8Array([0x61, 0, 0xff]) })
  expect(result.stdout.trim()).toBe('61 00 ff')
})

test('a program that does not read its input is no failure', async () => {
  await expect(run('true', [], { input: 'x'.repeat(1_000_000) })).resolves.toMatchObject({ code: 0 })
})

test('a failure names the program and carries its words only as detail', async () => {
  const failing = sh('echo "no such thing" >&2; exit 9')
  await expect(failing).rejects.toMatchObject({
    wire: { code: 'engine', reason: 'tool-failed', params: { program: 'sh', code: 9 } },
  })
  await expect(failing).rejects.toHaveProperty('wire.detail', expect.stringContaining('no such thing'))
  await expect(failing).rejects.toHaveProperty('wire.message', expect.not.stringContaining('no such thing'))
})

test('death by a signal is a failure with 128 and the signal', async () => {
  await expect(sh('kill -9 $$')).rejects.toMatchObject({ wire: { reason: 'tool-failed', params: { code: 137 } } })
})

test('a missing program that is known comes with the command that installs it', async () => {
  const missing = run('skopeo', ['--version'], { env: { PATH: folder } })
  await expect(missing).rejects.toMatchObject({
    wire: { code: 'unavailable', reason: 'program-missing', params: { program: 'skopeo' } },
  })
  await expect(missing).rejects.toHaveProperty(
    'wire.remedy.command',
    expect.stringMatching(/apt-get install -y skopeo$/),
  )
})

test('a missing working folder is not reported as a missing program', async () => {
  await expect(run('true', [], { cwd: join(folder, 'gone') })).rejects.toMatchObject({
    wire: { code: 'engine', reason: 'tool-not-started' },
  })
})

test('the environment is minimal and has the folders of administrators', async () => {
  process.env['JOEY_SECRET_OF_TEST'] = 'secret'
  try {
    const { stdout } = await run('env', [])
    expect(stdout).not.toContain('JOEY_SECRET_OF_TEST')
    expect(stdout).toContain('LC_ALL=C.UTF-8')
    expect(stdout).toMatch(/^PATH=.*\/usr\/sbin/m)
  } finally {
    delete process.env['JOEY_SECRET_OF_TEST']
  }
})

test('a deadline kills the program and what it started', async () => {
  const running = sh('sleep 50 & echo $! > child; wait', { cwd: folder, timeoutMs: 300 })
  await expect(running).rejects.toMatchObject({ wire: { code: 'timeout', reason: 'tool-timeout' } })
  expect(await dies(Number(await readFile(join(folder, 'child'), 'utf8')))).toBe(true)
})

test('a program deaf to TERM is killed', async () => {
  const stop = new AbortController()
  const running = sh("trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done", { cwd: folder, signal: stop.signal })
  const pid = await pidIn(join(folder, 'pid'))
  stop.abort()
  await expect(running).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  expect(await dies(pid)).toBe(true)
})

test('cancelling before the start starts nothing', async () => {
  const file = join(folder, 'made')
  await expect(run('touch', [file], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    wire: { code: 'cancelled' },
  })
  await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('the reason of a cancellation reaches the caller', async () => {
  const reason = new AppError({ code: 'conflict', reason: 'agent-stopping', message: 'The agent is stopping.' })
  await expect(run('sleep', ['5'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  await expect(run('sleep', ['5'], { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
    wire: { code: 'timeout' },
  })
})

test('output beyond the limit stops the program', async () => {
  await expect(run('yes', [], { maxOutputBytes: 100_000 })).rejects.toMatchObject({
    wire: { code: 'engine', reason: 'tool-output-too-large' },
  })
})

test('of the error output the end is kept', async () => {
  const { stderr } = await sh('head -c 300000 /dev/zero | tr "\\0" x >&2; echo end >&2')
  expect(stderr.length).toBeLessThanOrEqual(65_536)
  expect(stderr.endsWith('end\n')).toBe(true)
})

test('a child left behind that holds the pipes does not hold the caller', async () => {
  const begun = performance.now()
  const { stdout } = await sh('setsid sleep 20 & echo $!; exit 0')
  process.kill(Number(stdout), 'SIGKILL')
  expect(performance.now() - begun).toBeLessThan(5_000)
})

test('descriptors handed over are 3 and up', async () => {
  await writeFile(join(folder, 'in'), 'from the agent')
  const { open } = await import('node:fs/promises')
  const file = await open(join(folder, 'in'))
  try {
    expect((await sh('cat <&3', { stdio: [file.fd] })).stdout).toBe('from the agent')
  } finally {
    await file.close()
  }
})

test('no listener is left on the signal', async () => {
  const stop = new AbortController()
  let listeners = 0
  const { signal } = stop
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1
    remove(...args)
  }
  await run('true', [], { signal })
  await run('false', [], { signal }).catch(() => undefined)
  expect(listeners).toBe(0)
})

test('a long-lived program is started with pipes and ended with its group', async () => {
  const child = start('cat', [])
  await whenStarted(child, 'cat')
  const echoed = new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
  child.stdin.write('hello')
  expect(await echoed).toBe('hello')
  await endGroup(child)
  expect(hasEnded(child)).toBe(true)
  await expect(endGroup(child)).resolves.toBeUndefined()
})

test('starting a program that is not there ends nothing but the promise', async () => {
  const child = start('no-such-program-of-joey', [])
  await expect(whenStarted(child, 'no-such-program-of-joey')).rejects.toMatchObject({
    wire: { reason: 'program-missing' },
  })
})

async function pidIn(path: string): Promise<number> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text.endsWith('\n')) return Number(text)
    await sleep(20)
  }
}

/** Whether the process is gone, or a zombie that somebody else must reap, soon. */
async function dies(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    if (stat === '' || / Z /.test(stat)) return true
    await sleep(20)
  }
  return false
}
