import { once } from 'node:events'
import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { type Trial, waitForText } from './trial.ts'

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

/** Commands that join a running sandbox, with pipes and in terminals. */
export function describeProcesses(current: () => Trial): void {
  test('exec passes code, streams, user, directory and variables', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const result = await trial.exec(['sh', '-c', 'id -u; id -g; id -G; pwd; echo $MINE; echo err >&2; exit 9'], {
      uid: 1234,
      gid: 4321,
      additionalGids: [4321, 77],
      cwd: '/tmp',
      env: ['PATH=/bin', 'MINE=yours'],
    })
    expect(result).toMatchObject({ code: 9, text: '1234\n4321\n4321 77\n/tmp\nyours\n', stderr: 'err\n' })
  })

  test('the main process has its user, groups, directory, variables and host name', async () => {
    const trial = current()
    const script = 'id -u; id -g; id -G; pwd; echo $MINE; cat /proc/sys/kernel/hostname'
    const process = trial.process(['sh', '-c', script], {
      uid: 1234,
      gid: 4321,
      additionalGids: [4321, 77],
      cwd: '/tmp',
      env: ['PATH=/bin', 'MINE=yours'],
    })
    await trial.launch(trial.plan([], { process }))
    expect(await trial.ending()).toMatchObject({ code: 0 })
    expect(trial.output()).toEqual(['1234', '4321', '4321 77', '/tmp', 'yours', 'conformance'])
  })

  test('every byte passes in both directions, and the end of the input too', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const input = Buffer.concat(Array.from({ length: 1000 }, () => everyByte))
    const { code, stdout } = await trial.exec(['cat'], { input })
    expect(code).toBe(0)
    expect(stdout.equals(input)).toBe(true)
  })

  test('a command that is not there, cannot be run, or has no such folder has the codes of a shell', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    expect(await trial.exec(['no-such-program'])).toMatchObject({ code: 127, text: '' })
    expect(await trial.exec(['/etc'])).toMatchObject({ code: 126, text: '' })
    expect(await trial.exec(['true'], { cwd: '/no/such/folder' })).toMatchObject({ code: 126, text: '' })
  })

  test('a program that the kernel refuses has the codes of a shell, as a command, in a terminal and as the main process', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    await trial.exec(['sh', '-c', refusedPrograms])
    for (const [program, code] of refused) {
      expect(await trial.exec([program])).toMatchObject({ code, text: '' })
      expect(await terminalCode(trial, program)).toBe(code)
    }
    await trial.driver.kill(trial.id, 'KILL', { all: true })
    await trial.ending()
    for (const [program, code] of refused) {
      await trial.driver.remove(trial.id, trial.paths)
      const reason = code === 127 ? 'command-not-found' : 'command-not-executable'
      const ended = trial.launch(trial.plan([program])).then(() => trial.ending())
      const outcome = await ended.then(
        (ending) => ({ code: ending.code, reason: ending.refusal?.reason }),
        (error: AppError) => ({ code, reason: error.wire.reason }),
      )
      expect(outcome).toEqual({ code, reason })
    }
  })

  test('a command of its own exit code 128 is not taken for a failure of the engine', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    expect(await trial.exec(['sh', '-c', 'echo words >&2; exit 128'])).toMatchObject({ code: 128, stderr: 'words\n' })
  })

  test('signals reach a command, which ends in the way of the program', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const script = 'trap "exit 4" TERM; echo ready; while true; do sleep 0.1; done'
    const child = await trial.start(['sh', '-c', script])
    await once(child.stdout, 'data')
    expect(await child.started).toBe(true)
    await child.signal('SIGTERM')
    expect(await child.exited).toBe(4)
    await expect(child.signal('SIGTERM')).resolves.toBeUndefined()
  })

  test('a command that is killed takes with it what it started', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const child = await trial.start(['sh', '-c', 'sleep 77777 & sleep 77777; true'])
    await child.started
    await expect.poll(() => sleepers(trial), { timeout: 10_000 }).toBe(2)
    await child.kill()
    expect(await child.exited).toBe(137)
    await expect.poll(() => sleepers(trial), { timeout: 10_000 }).toBe(0)
  })

  test('a command that is killed when the sandbox ends is reported', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const child = await trial.start(['sleep', '1000'])
    await child.started
    await trial.driver.kill(trial.id, 'KILL', { all: true })
    expect(await child.exited).not.toBe(0)
  })

  test('a terminal has its size when it is handed over and changes it, and passes keys and the exit code', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const source = await trial.terminal([
      'sh',
      '-c',
      'read go; stty size; read line; stty size; echo got-$line; exit 5',
    ])
    const until = waitForText(source)
    const code = new Promise((resolve) => source.onExit((code) => resolve(code ?? -1)))
    source.write(Buffer.from('go\n'))
    await until(/24 80\r?\n/)
    await source.resize(111, 33)
    source.write(Buffer.from('typed\n'))
    expect(await until(/got-typed\r?\n/)).toMatch(/33 111\r?\n/)
    expect(await code).toBe(5)
  })

  test('Ctrl-C interrupts what runs in the foreground of a terminal', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const source = await trial.terminal([
      'sh',
      '-c',
      'trap "echo interrupted; exit 6" INT; echo ready; while true; do sleep 0.2; done',
    ])
    const until = waitForText(source)
    const code = new Promise((resolve) => source.onExit((code) => resolve(code ?? -1)))
    await until(/ready/)
    source.write(Buffer.from([3]))
    await until(/interrupted/)
    expect(await code).toBe(6)
  })

  test('a terminal that is closed takes with it what runs in it', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const source = await trial.terminal(['sh', '-c', 'trap "" HUP; sleep 77777 & echo ready; sleep 77777'])
    await waitForText(source)(/ready/)
    await expect.poll(() => sleepers(trial), { timeout: 10_000 }).toBe(2)
    source.close()
    await expect.poll(() => sleepers(trial), { timeout: 15_000 }).toBe(0)
  })

  test('a program that is missing in a terminal is reported as such', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    await expect(trial.terminal(['no-such-program'])).rejects.toMatchObject({
      wire: { code: 'invalidRequest', reason: 'command-not-found' },
    })
  })
}

/** For another processor, with an interpreter that is not there, a text without one, and nothing. */
const refusedPrograms = [
  "printf '\\177ELF\\002\\001\\001\\0\\0\\0\\0\\0\\0\\0\\0\\0\\002\\0\\267\\0\\001\\0\\0\\0' > /foreign",
  'dd if=/dev/zero bs=1 count=100 >> /foreign 2>/dev/null',
  "printf '#!/no/such/interpreter\\n' > /script",
  "echo 'echo hi' > /text",
  ': > /empty',
  'chmod 755 /foreign /script /text /empty',
  'sync',
].join('; ')
const refused = [
  ['/foreign', 126],
  ['/script', 127],
  ['/text', 126],
  ['/empty', 126],
] as const

/** What a terminal of that program ends with, or would where it is refused beforehand. */
async function terminalCode(trial: Trial, program: string): Promise<number> {
  try {
    const source = await trial.terminal([program])
    source.onData(() => {})
    return await new Promise<number>((resolve) => source.onExit((code) => resolve(code ?? -1)))
  } catch (error) {
    const { reason } = AppError.from(error).wire
    return reason === 'command-not-found' ? 127 : reason === 'command-not-executable' ? 126 : -1
  }
}

async function sleepers(trial: Trial): Promise<number> {
  const script = 'for f in /proc/[0-9]*/cmdline; do tr "\\0" " " <$f 2>/dev/null; echo; done | grep -c "^sleep 7777[7]"'
  return Number((await trial.exec(['sh', '-c', script])).text)
}
