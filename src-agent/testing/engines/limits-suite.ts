import { mkdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listProcesses, readMemoryUse } from '../../base/kernel/cgroup-files.ts'
import { oomScores, readOomScore } from '../../base/process/oom-score.ts'
import { hoardingProgram } from './hoarding-program.ts'
import type { Trial } from './trial.ts'

const mebibyte = 1024 * 1024
const noLimits = { memoryBytes: null, cpus: null, pids: null }

/** What a sandbox may use at most. */
export function describeLimits(current: () => Trial): void {
  test('too much memory ends it, and the kernel says so', async () => {
    const trial = current()
    const limits = { ...noLimits, memoryBytes: 64 * mebibyte }
    // It keeps the last of what never ends. By a pipe an emulated processor needs many seconds for the same.
    const ending = await trial.runToEnd('tail -c 200m /dev/zero >/dev/null; exit 5', { limits })
    expect(ending.oomKills).toBeGreaterThan(0)
    expect(ending.code).not.toBe(0)
  })

  test('where the machine runs out of memory the guest goes first, and nothing of it leaves a core dump', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sleep', '1000']))
    const session = await trial.start(['sleep', '1000'])
    await session.started
    const pids = await listProcesses(trial.driver.cgroup(trial.id))
    expect(pids.length).toBeGreaterThan(0)
    expect(pids.map((pid) => readOomScore(pid))).toEqual(pids.map(() => oomScores.guest))
    // Those with a kernel of their own have the limit of the agent, which a driver alone is not.
    if (trial.driver.sharesProcesses) {
      const limits = pids.map((pid) => readFileSync(`/proc/${pid}/limits`, 'utf8'))
      expect(limits.filter((text) => !/^Max core file size\s+0\s+0\s/m.test(text))).toEqual([])
    }
    await session.kill()
  })

  test('of what is counted for root on this machine and inside together, a guest is refused what would leave nothing', async () => {
    const trial = current()
    if (!trial.driver.sharesProcesses) return
    await trial.launch(trial.plan(['sleep', '1000']))
    const session = await trial.start(['sleep', '1000'])
    await session.started
    const ofAgent = hardLimits(process.pid)
    for (const pid of await listProcesses(trial.driver.cgroup(trial.id))) {
      expect(hardLimits(pid)).toEqual(ofAgent.map((limit) => Math.floor(limit / 2)))
    }
    await session.kill()
  })

  test('what a guest keeps in pipes counts as its memory, so that its limit of memory is one for pipes', async () => {
    const trial = current()
    if (!trial.driver.sharesProcesses) return
    await trial.launch(trial.plan(['sleep', '1000']))
    const holders = 30
    const holder = await trial.start(['sh', '-c', holdPipes(holders)])
    const until = async (files: string): Promise<void> => {
      const count = `[ $(ls ${files} 2>/dev/null | wc -l) = ${holders} ]`
      const waited = await trial.exec([
        'sh',
        '-c',
        `for n in $(seq 200); do ${count} && exit 0; sleep 0.1; done; exit 1`,
      ])
      expect(waited.code).toBe(0)
    }
    await until('/tmp/open.*')
    const cgroup = trial.driver.cgroup(trial.id)
    const before = (await readMemoryUse(cgroup)) ?? Number.NaN
    await trial.exec(['sh', '-c', ': >/tmp/go'])
    await until('/tmp/full.*')
    const after = (await readMemoryUse(cgroup)) ?? Number.NaN
    // Seven pipes of 64 KiB each; what else came and went meanwhile is little.
    expect(after - before).toBeGreaterThan(holders * 7 * 64 * 1024 * 0.9)
    await holder.kill()
  })

  // An epoll watch is 128 bytes and more of the kernel; of sockets what is sent and not read is counted.
  test.each([
    ['epoll', 200_000, 200_000 * 128],
    ['sockets', 32 * mebibyte, 32 * mebibyte],
  ])('what a guest keeps in %s counts as its memory', async (what, amount, bytes) => {
    const trial = current()
    if (!trial.driver.sharesProcesses) return
    await trial.launch(trial.plan([hoardingProgram, what, String(amount)]))
    await expect.poll(() => trial.output().join(), { timeout: 60_000 }).toContain(`holds ${amount}`)
    expect(await readMemoryUse(trial.driver.cgroup(trial.id))).toBeGreaterThan(bytes * 0.9)
  })

  test.each(['epoll', 'sockets'])(
    'a guest that keeps %s without end has an end in its limit of memory',
    async (what) => {
      const trial = current()
      const limits = { ...noLimits, memoryBytes: 64 * mebibyte }
      await trial.launch(trial.plan([hoardingProgram, what, '1000000000000'], { limits }))
      const killed = trial.ending(120_000).then(({ oomKills }) => (oomKills > 0 ? 'killed' : 'ended'))
      // A machine's kernel has less of some things than of memory, and says so.
      const refused = () => /, then (.*)/.exec(trial.output().join('\n'))?.[1] ?? null
      if (trial.driver.sharesProcesses) expect(await killed).toBe('killed')
      else
        expect(await Promise.race([killed, untilSaid(refused)])).toMatch(
          /^killed$|No space left|Cannot allocate|No buffer/,
        )
      killed.catch(() => undefined)
    },
  )

  test('a limit of processes stops a flood of them', async () => {
    const trial = current()
    const script = 'i=0; while [ $i -lt 300 ]; do sleep 100 & i=$((i+1)); done; echo flooded; wait'
    const ending = await trial.runToEnd(script, { limits: { ...noLimits, pids: 20 } })
    expect(trial.output()).not.toContain('flooded')
    const { limitations } = trial.driver
    if (limitations.some(({ feature }) => feature === 'liveLimits')) expect(ending.ranOutOfProcesses).toBe(true)
    else expect(trial.output().join('\n')).toMatch(/can't fork|Resource temporarily unavailable/)
  })

  test('what it writes to its disk is bounded by the limit, and the guest is told so', async () => {
    const trial = current()
    mkdirSync(trial.paths.folder, { recursive: true })
    const limited = await trial.setting.limitDisk(trial.paths, 64 * mebibyte)
    // In large pieces: an emulated processor is slow at system calls.
    const script = 'dd if=/dev/zero of=/much bs=1M count=100; wc -c </much'
    await trial.launch(trial.plan(['sh', '-c', script], limited))
    await trial.ending(120_000)
    const output = trial.output()
    expect(output.join('\n')).toContain('No space left on device')
    const written = Number(output.find((line) => /^\d+$/.test(line)))
    expect(written).toBeGreaterThan(40 * mebibyte)
    expect(written).toBeLessThan(64 * mebibyte)
  })

  test('many small files are bounded as well', async () => {
    const trial = current()
    mkdirSync(trial.paths.folder, { recursive: true })
    const limited = await trial.setting.limitDisk(trial.paths, 64 * mebibyte)
    const script = 'mkdir /many; i=0; while echo -n >/many/$i; do i=$((i+1)); done 2>/dev/null; echo $i'
    await trial.launch(trial.plan(['sh', '-c', script], limited))
    await trial.ending(120_000)
    const made = Number(trial.output().find((line) => /^\d+$/.test(line)))
    expect(made).toBeGreaterThan(3_000)
    expect(made).toBeLessThan(5_000)
  })

  test('a share of the processors holds', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sh', '-c', 'while true; do :; done'], { limits: { ...noLimits, cpus: 0.3 } }))
    // The first instructions of an engine are under the limit too, but not what is measured.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = cpuMs(trial)
    const started = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    const share = (cpuMs(trial) - before) / (performance.now() - started)
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.4)
  })

  test('limits change while it runs', async () => {
    const trial = current()
    const limits = { memoryBytes: 96 * mebibyte, cpus: 0.5, pids: 50 }
    await trial.launch(trial.plan(['sleep', '1000'], { limits }))
    await trial.driver.update(trial.id, { memoryBytes: 128 * mebibyte, cpus: 1, pids: 60 })
    const seen = limitsOf(trial.driver.cgroup(trial.id))
    if (trial.driver.sharesProcesses) expect(seen).toEqual({ memoryBytes: 128 * mebibyte, pids: 60 })
    // With a kernel of its own, that kernel's tasks, and where it is a machine its memory, come on top.
    else {
      expect(seen.memoryBytes).toBeGreaterThanOrEqual(128 * mebibyte)
      expect(seen.pids).toBeGreaterThanOrEqual(60)
    }
  })

  test('a limit can be taken away while it runs', async () => {
    const trial = current()
    const limits = { memoryBytes: 96 * mebibyte, cpus: 0.5, pids: 50 }
    await trial.launch(trial.plan(['sleep', '1000'], { limits }))
    await trial.driver.update(trial.id, noLimits)
    const { pids } = limitsOf(trial.driver.cgroup(trial.id))
    expect(pids).toBeGreaterThanOrEqual(4_194_304)
  })

  test('less memory than is in use is refused', async () => {
    const trial = current()
    const limits = { ...noLimits, memoryBytes: 512 * mebibyte }
    const script = 'mkdir -p /dev/shm; head -c 60m /dev/zero >/dev/shm/much; echo full; sleep 1000'
    await trial.launch(trial.plan(['sh', '-c', script], { limits }))
    await expect.poll(() => trial.output(), { timeout: 30_000 }).toContain('full')
    await expect(trial.driver.update(trial.id, { ...noLimits, memoryBytes: 8 * mebibyte })).rejects.toMatchObject({
      wire: { code: 'conflict', reason: 'limit-below-use' },
    })
    expect(await trial.driver.phase(trial.id)).toBe('running')
  })
}

async function untilSaid(words: () => string | null): Promise<string> {
  await expect.poll(words, { timeout: 120_000 }).not.toBeNull()
  return words() ?? ''
}

function hardLimits(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/limits`, 'utf8')
  return ['Max pending signals', 'Max msgqueue size'].map((name) =>
    Number(new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(text)?.[1]),
  )
}

/** As the host's kernel has them, of either kind of cgroups. */
export function limitsOf(cgroup: string): { readonly memoryBytes: number; readonly pids: number } {
  const read = (...files: string[]): number => {
    const text = files.map((file) => readOrNull(`/sys/fs/cgroup${file}`)).find((found) => found !== null) ?? ''
    return text.trim() === 'max' ? Number.POSITIVE_INFINITY : Number(text)
  }
  return {
    memoryBytes: read(`/memory${cgroup}/memory.limit_in_bytes`, `${cgroup}/memory.max`),
    pids: read(`/pids${cgroup}/pids.max`, `${cgroup}/pids.max`),
  }
}

function cpuMs(trial: Trial): number {
  const cgroup = trial.driver.cgroup(trial.id)
  const nanoseconds = readOrNull(`/sys/fs/cgroup/cpuacct${cgroup}/cpuacct.usage`)
  if (nanoseconds !== null) return Number(nanoseconds) / 1e6
  const stat = readOrNull(`/sys/fs/cgroup${cgroup}/cpu.stat`) ?? ''
  return Number(/^usage_usec (\d+)/m.exec(stat)?.[1]) / 1e3
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** So many processes with seven pipes each, filled when `/tmp/go` is there. One digit is all that every shell takes for a descriptor. */
function holdPipes(count: number): string {
  const numbers = [3, 4, 5, 6, 7, 8, 9]
  const open = numbers.map((number) => `mkfifo /tmp/p$n.${number}; exec ${number}<>/tmp/p$n.${number}`).join('; ')
  const fill = numbers.map((number) => `head -c 65536 /dev/zero >&${number}`).join('; ')
  const one = `${open}; : >/tmp/open.$n; until [ -e /tmp/go ]; do sleep 0.1; done; ${fill}; : >/tmp/full.$n; while :; do sleep 0.1; done`
  return `mkdir -p /tmp; for n in $(seq ${count}); do (${one}) & done; wait`
}
