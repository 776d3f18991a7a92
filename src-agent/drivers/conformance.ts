import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { run } from '../process/run.ts'
import type { Driver, Ending, LaunchPlan, ProcessPlan, SandboxPaths } from './driver.ts'

/** What a driver needs of its test: itself on a folder of its own, and a tree with busybox to run. */
export interface Setting {
  readonly driver: Driver
  readonly tree: string
  /** Undoes all that the setting made. */
  dispose(): Promise<void>
}

const mebibyte = 1024 * 1024
const waitMs = 20_000

/** Every driver passes this suite. A new obligation in the interface comes with a test here. */
export function describeDriver(name: string, make: (folder: string) => Promise<Setting>): void {
  describe(`the ${name} driver`, () => {
    let folder: string
    let setting: Setting
    let paths: SandboxPaths
    const id = 'aaaa0000bbbb' as SandboxId
    const signal = AbortSignal.timeout(120_000)

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'jyd-'))
      setting = await make(folder)
    })
    afterAll(async () => {
      await setting?.dispose()
      rmSync(folder, { recursive: true, force: true })
    })
    beforeEach(() => {
      const own = join(folder, 's')
      paths = {
        folder: own,
        upper: join(own, 'upper'),
        work: join(own, 'work'),
        log: join(own, 'log'),
        run: join(own, 'run'),
      }
      for (const path of [paths.upper, paths.work, paths.run, join(own, 'etc')]) mkdirSync(path, { recursive: true })
      for (const file of ['hosts', 'hostname']) writeFileSync(join(own, 'etc', file), 'test\n')
    })
    afterEach(async () => {
      await setting.driver.remove(id, paths)
      rmSync(paths.folder, { recursive: true, force: true })
    })

    const process = (argv: readonly string[], more: Partial<ProcessPlan> = {}): ProcessPlan => {
      const env = ['PATH=/bin', 'HOME=/']
      return { argv, env, cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false, ...more }
    }
    const planFor = (argv: readonly string[], more: Partial<LaunchPlan> = {}): LaunchPlan => ({
      id,
      hostname: 'conformance',
      paths,
      lowers: [setting.tree],
      process: process(argv),
      stdin: false,
      limits: { memoryBytes: null, cpus: null, pids: null },
      mounts: [],
      readOnlyRoot: false,
      netns: null,
      nameservers: null,
      ...more,
    })
    const launch = async (plan: LaunchPlan) => {
      const running = await setting.driver.create(plan, signal)
      await setting.driver.start(id, signal)
      return running
    }
    const awaitEnding = async (): Promise<Ending> => {
      const deadline = Date.now() + waitMs
      for (;;) {
        const ending = await setting.driver.ending(id, paths)
        if (ending) return ending
        if (Date.now() > deadline) throw new Error('The sandbox did not end.')
        await sleep(20)
      }
    }
    const output = () =>
      readFileSync(paths.log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(' ').slice(3).join(' '))
    const runToEnd = async (script: string, more: Partial<LaunchPlan> = {}) => {
      await launch(planFor(['sh', '-c', script], more))
      return awaitEnding()
    }
    const exec = async (argv: readonly string[], more: Partial<ProcessPlan> = {}) => {
      const command = await setting.driver.exec(paths, id, process(argv, more))
      try {
        return await run(command.program, command.args, {
          env: { ...command.env },
          okExitCodes: [...Array(256).keys()],
          timeoutMs: waitMs,
        })
      } finally {
        await command.dispose()
      }
    }

    test('an exit code passes through', async () => {
      expect(await runToEnd('echo out; echo err >&2; exit 7')).toMatchObject({ code: 7, oomKills: 0 })
      expect(output().sort()).toEqual(['err', 'out'])
    })

    test('an unknown sandbox is absent, has no ending, and is removed without complaint', async () => {
      expect(await setting.driver.phase(id)).toBe('absent')
      expect(await setting.driver.ending(id, paths)).toBeNull()
      await expect(setting.driver.remove(id, paths)).resolves.toBeUndefined()
      await expect(setting.driver.kill(id, 'KILL')).resolves.toBeUndefined()
    })

    test('created is not started: nothing of the guest has run', async () => {
      await setting.driver.create(planFor(['sh', '-c', 'echo ran']), signal)
      expect(await setting.driver.phase(id)).toBe('created')
      expect(readFileSync(paths.log, 'utf8')).toBe('')
    })

    test('a command that is not there is told, and leaves nothing', async () => {
      await expect(setting.driver.create(planFor(['no-such-program']), signal)).rejects.toMatchObject({
        wire: { code: 'invalidRequest', reason: 'command-not-found' },
      })
      expect(await setting.driver.phase(id)).toBe('absent')
    })

    test('a folder as a command is told by its name, and leaves nothing', async () => {
      await expect(setting.driver.create(planFor(['/etc']), signal)).rejects.toMatchObject({
        wire: { code: 'invalidRequest', reason: 'command-not-executable', params: { program: '/etc' } },
      })
      expect(await setting.driver.phase(id)).toBe('absent')
    })

    test('it pauses, tells so, resumes and is killed', async () => {
      await launch(planFor(['sleep', '1000']))
      await setting.driver.pause(id)
      expect(await setting.driver.phase(id)).toBe('paused')
      await setting.driver.resume(id)
      expect(await setting.driver.phase(id)).toBe('running')
      await setting.driver.kill(id, 'KILL')
      expect(await awaitEnding()).toMatchObject({ code: 137, oomKills: 0 })
    })

    test('too much memory ends it, and the kernel says so', async () => {
      const limits = { memoryBytes: 64 * mebibyte, cpus: null, pids: null }
      const ending = await runToEnd('head -c 200m /dev/zero | tail -c 200m >/dev/null; exit 5', { limits })
      expect(ending.oomKills).toBeGreaterThan(0)
    })

    test('a limit of processes stops a flood of them', async () => {
      const limits = { memoryBytes: null, cpus: null, pids: 20 }
      await runToEnd('i=0; while [ $i -lt 100 ]; do sleep 100 & i=$((i+1)); done; wait', { limits }).catch(
        () => undefined,
      )
      expect(output().join('\n')).toMatch(/can't fork|Resource temporarily unavailable/)
    })

    test('limits change while it runs', async () => {
      await launch(planFor(['sleep', '1000'], { limits: { memoryBytes: 64 * mebibyte, cpus: 0.5, pids: 50 } }))
      await setting.driver.update(id, { memoryBytes: 128 * mebibyte, cpus: 1, pids: 60 })
      const files = '/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max'
      expect((await exec(['sh', '-c', `cat ${files} 2>/dev/null`])).stdout.trim()).toBe(String(128 * mebibyte))
    })

    test('a limit can be taken away while it runs', async () => {
      await launch(planFor(['sleep', '1000'], { limits: { memoryBytes: 64 * mebibyte, cpus: 0.5, pids: 50 } }))
      await setting.driver.update(id, { memoryBytes: null, cpus: null, pids: null })
      const files = '/sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max'
      expect((await exec(['sh', '-c', `cat ${files} 2>/dev/null`])).stdout.trim()).toBe('4194304')
    })

    test('exec passes code, streams, user, directory and variables', async () => {
      await launch(planFor(['sleep', '1000']))
      const result = await exec(['sh', '-c', 'id -u; id -g; pwd; echo $MINE; echo err >&2; exit 9'], {
        uid: 1234,
        gid: 4321,
        cwd: '/tmp',
        env: ['PATH=/bin', 'MINE=yours'],
      })
      expect(result).toMatchObject({ code: 9, stdout: '1234\n4321\n/tmp\nyours\n', stderr: 'err\n' })
    })

    test('main and exec hold the default capabilities, a seccomp filter, and can gain nothing', async () => {
      await launch(planFor(['sleep', '1000']))
      for (const pid of ['1', 'self']) {
        const { stdout } = await exec(['cat', `/proc/${pid}/status`])
        expect(stdout).toMatch(/^CapEff:\t00000000a80425fb$/m)
        expect(stdout).toMatch(/^CapBnd:\t00000000a80425fb$/m)
        expect(stdout).toMatch(/^NoNewPrivs:\t1$/m)
        expect(stdout).toMatch(/^Seccomp:\t2$/m)
      }
      const asUser = await exec(['cat', '/proc/self/status'], { uid: 1000, gid: 1000 })
      expect(asUser.stdout).toMatch(/^CapEff:\t0000000000000000$/m)
    })

    test('kernel files that tell or change the host are masked or read-only', async () => {
      await launch(planFor(['sleep', '1000']))
      const script =
        'head -c1 /proc/kcore | wc -c; echo 1 >/proc/sys/kernel/core_pattern; mount -t tmpfs x /tmp; unshare -m true; echo x >/sys/kernel/mm/ksm/run'
      const { stdout, stderr } = await exec(['sh', '-c', script])
      expect(stdout.trim()).toBe('0')
      expect(stderr).toMatch(/core_pattern: Read-only file system/)
      expect(stderr).toMatch(/mount: permission denied|mounting x on \/tmp failed/)
      expect(stderr).toMatch(/unshare: .*Operation not permitted/)
    })

    test('a read-only root refuses writes', async () => {
      expect(await runToEnd('echo x > /file', { readOnlyRoot: true })).toMatchObject({ code: 1 })
      expect(output().join()).toContain('Read-only file system')
    })

    test('what it writes stays in its writable layer and is there again', async () => {
      await runToEnd('echo kept > /file')
      await setting.driver.remove(id, paths)
      mkdirSync(paths.run, { recursive: true })
      await runToEnd('cat /file')
      expect(output()).toContain('kept')
      expect(readFileSync(join(paths.upper, 'file'), 'utf8')).toBe('kept\n')
    })

    test('without a network there is loopback and nothing else', async () => {
      await runToEnd('ip -o link | wc -l; ping -c1 -W1 127.0.0.1 >/dev/null && echo pong')
      expect(output()).toEqual(['1', 'pong'])
    })

    test('after removal neither process, cgroup nor mount is left', async () => {
      const { pid, monitorPid } = await launch(planFor(['sleep', '1000']))
      await setting.driver.remove(id, paths)
      await expect.poll(() => [pid, monitorPid].filter(isAlive), { timeout: 5000 }).toEqual([])
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(paths.upper)
    })
  })
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
