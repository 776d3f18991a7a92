import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listProcesses } from '../../base/kernel/cgroup-files.ts'
import { isAlive, type Trial } from './trial.ts'

/** From nothing to running, to its end, and to nothing again. */
export function describeLifecycle(current: () => Trial): void {
  test('an exit code passes through', async () => {
    const trial = current()
    expect(await trial.runToEnd('echo out; echo err >&2; exit 7')).toMatchObject({ code: 7, oomKills: 0 })
    expect(trial.output().sort()).toEqual(['err', 'out'])
  })

  test('an unknown sandbox is absent, has no ending, and is removed without complaint', async () => {
    const { driver, id, paths } = current()
    expect(await driver.phase(id)).toBe('absent')
    expect(await driver.ending(id, paths)).toBeNull()
    await expect(driver.remove(id, paths)).resolves.toBeUndefined()
    await expect(driver.kill(id, 'KILL')).resolves.toBeUndefined()
  })

  test('created is not started: nothing of the guest has run', async () => {
    const trial = current()
    await trial.create(trial.plan(['sh', '-c', 'echo ran']))
    expect(await trial.driver.phase(trial.id)).toBe('created')
    expect(readFileSync(trial.paths.log, 'utf8')).toBe('')
  })

  test('creating twice has no further effect', async () => {
    const trial = current()
    const plan = trial.plan(['sh', '-c', 'echo once; exit 3'])
    const first = await trial.create(plan)
    expect(await trial.create(plan)).toEqual(first)
    await trial.driver.start(trial.id, AbortSignal.timeout(30_000))
    expect(await trial.ending()).toMatchObject({ code: 3 })
    expect(trial.output()).toEqual(['once'])
  })

  test('what was created and never started is killed and removed', async () => {
    const trial = current()
    const { pid } = await trial.create(trial.plan(['sleep', '1000']))
    await trial.driver.kill(trial.id, 'KILL', { all: true })
    await trial.driver.remove(trial.id, trial.paths)
    expect(await trial.driver.phase(trial.id)).toBe('absent')
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false)
  })

  test('a command that is not there is reported, and leaves nothing', async () => {
    const trial = current()
    await expect(trial.launch(trial.plan(['no-such-program']))).rejects.toMatchObject({
      wire: { code: 'invalidRequest', reason: 'command-not-found', params: { program: 'no-such-program' } },
    })
    await trial.driver.remove(trial.id, trial.paths)
    expect(await trial.driver.phase(trial.id)).toBe('absent')
  })

  test.each(['joey-not-mappable:/', 'joey-source-moved:/'])(
    'a command named after a failure of this machine (%s) is none',
    async (words) => {
      const trial = current()
      const failure = await trial.launch(trial.plan([`no\n${words}`])).catch((error: unknown) => error)
      expect(failure).toMatchObject({ wire: { code: 'invalidRequest', reason: expect.stringMatching(/^command-/) } })
      await trial.driver.remove(trial.id, trial.paths)
      expect(await trial.driver.phase(trial.id)).toBe('absent')
    },
  )

  test('a folder as a command is reported, and leaves nothing', async () => {
    const trial = current()
    await expect(trial.launch(trial.plan(['/etc']))).rejects.toMatchObject({
      wire: { code: 'invalidRequest', reason: 'command-not-executable', params: { program: '/etc' } },
    })
    await trial.driver.remove(trial.id, trial.paths)
    expect(await trial.driver.phase(trial.id)).toBe('absent')
  })

  test('it pauses, reports it, resumes and is killed', async () => {
    const trial = current()
    const { driver, id } = trial
    await trial.launch(trial.plan(['sh', '-c', 'i=0; while true; do i=$((i+1)); echo $i; sleep 0.05; done']))
    await expect.poll(() => trial.output().length, { timeout: 20_000 }).toBeGreaterThan(1)
    await driver.pause(id)
    expect(await driver.phase(id)).toBe('paused')
    const before = trial.output().length
    await new Promise((resolve) => setTimeout(resolve, 400))
    // What was on its way to the log when it froze may still arrive.
    expect(trial.output().length).toBeLessThanOrEqual(before + 1)
    await driver.resume(id)
    expect(await driver.phase(id)).toBe('running')
    await expect.poll(() => trial.output().length, { timeout: 20_000 }).toBeGreaterThan(before + 1)
    await driver.kill(id, 'KILL')
    expect(await trial.ending()).toMatchObject({ code: 137, oomKills: 0 })
  })

  test('what is paused is killed as well', async () => {
    const trial = current()
    const { driver, id } = trial
    await trial.launch(trial.plan(['sleep', '1000']))
    await driver.pause(id)
    await driver.kill(id, 'KILL', { all: true })
    if ((await driver.phase(id)) === 'paused') await driver.resume(id)
    expect(await trial.ending()).toMatchObject({ code: 137, oomKills: 0 })
    await expect(driver.kill(id, 'TERM')).resolves.toBeUndefined()
  })

  test('a signal to stop is handled in the way of the program', async () => {
    const trial = current()
    const script = 'trap "echo bye; exit 3" TERM; echo ready; while true; do sleep 0.1; done'
    await trial.launch(trial.plan(['sh', '-c', script]))
    await expect.poll(() => trial.output(), { timeout: 20_000 }).toContain('ready')
    await trial.driver.kill(trial.id, 'TERM')
    expect(await trial.ending()).toMatchObject({ code: 3 })
    expect(trial.output()).toContain('bye')
  })

  test('the processes of a run are found without a record of them, and none after its end', async () => {
    const trial = current()
    const { driver, id, paths } = trial
    const running = await trial.launch(trial.plan(['sleep', '1000']))
    expect(await (await trial.setting.again()).findProcesses(id, paths, null)).toEqual(running)
    expect(await driver.findProcesses(id, paths, { pid: 1, monitorPid: 1 })).toEqual(running)
    await driver.kill(id, 'KILL', { all: true })
    await trial.ending()
    await expect.poll(() => driver.findProcesses(id, paths, running), { timeout: 5000 }).toBeNull()
  })

  test('another driver object sees and rules what the first has made', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const other = await trial.setting.again()
    expect(await other.phase(trial.id)).toBe('running')
    expect(other.cgroup(trial.id)).toBe(trial.driver.cgroup(trial.id))
    await other.pause(trial.id)
    expect(await trial.driver.phase(trial.id)).toBe('paused')
    await other.resume(trial.id)
    expect((await trial.exec(['echo', 'there'])).text).toBe('there\n')
    await other.kill(trial.id, 'KILL')
    expect(await other.ending(trial.id, trial.paths).then((ending) => ending ?? trial.ending())).toMatchObject({
      code: 137,
    })
  })

  test('an engine that is killed is reported as an ending within two seconds', async () => {
    const trial = current()
    const { pid } = await trial.launch(trial.plan(['sleep', '1000']))
    process.kill(pid, 'SIGKILL')
    expect(await trial.ending(2_000)).toMatchObject({ code: 137, oomKills: 0 })
    expect(await trial.driver.phase(trial.id)).toBe('stopped')
  })

  test('a main process with a terminal has one, and its exit code passes through', async () => {
    const trial = current()
    const script = 'test -t 0 && test -t 1 && echo terminal; exit 3'
    const { process } = trial.plan(['sh', '-c', script])
    const ending = await trial.runToEnd(script, { process: { ...process, tty: true, columns: 80, rows: 24 } })
    expect(ending).toMatchObject({ code: 3 })
    expect(trial.output().join()).toContain('terminal')
  })

  test('what it writes stays in its writable layer and is there again', async () => {
    const trial = current()
    await trial.runToEnd('echo kept > /file; echo too > /tmp/file; sync')
    await trial.driver.remove(trial.id, trial.paths)
    await trial.runToEnd('cat /file /tmp/file')
    expect(trial.output()).toEqual(expect.arrayContaining(['kept', 'too']))
    if (trial.driver.disk === 'directory') expect(readFileSync(join(trial.paths.upper, 'file'), 'utf8')).toBe('kept\n')
  })

  test('after removal neither process, cgroup nor mount is left', async () => {
    const trial = current()
    const { pid, monitorPid } = await trial.launch(trial.plan(['sh', '-c', 'sleep 1000 & sleep 1000']))
    const others = await listProcesses(trial.driver.cgroup(trial.id))
    expect(others.length).toBeGreaterThan(0)
    await trial.driver.remove(trial.id, trial.paths)
    await expect.poll(() => [pid, monitorPid, ...others].filter(isAlive), { timeout: 5000 }).toEqual([])
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(trial.paths.upper)
  })
}
