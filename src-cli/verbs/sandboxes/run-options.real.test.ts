import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
/** Of the cgroups of a process, by controller and file; the first hierarchy's, where this machine has it. */
function cgroupValues(pid: number, ...files: readonly (readonly [string, string])[]): string[] {
  const places = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
  return files.map(([controller, name]) => {
    const place = places.find((line) => line.split(':')[1] === controller)?.split(':')[2] ?? ''
    return readFileSync(join('/sys/fs/cgroup', controller, place, name), 'utf8').trim()
  })
}

/** The files looked at are those of the first hierarchy. */
const isUnified = existsSync('/sys/fs/cgroup/cgroup.controllers')
const folder = mkdtempSync(join(tmpdir(), 'joey-options-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['container', 'gvisor', 'microvm'])('options of Docker in the class %s', (own) => {
  const run = (options: readonly string[], script: string) =>
    testAgent.joey(['run', '--rm', '--class', own, ...options, 'busybox', 'sh', '-c', script])

  test('further hosts, name servers and groups are inside', async () => {
    const options = [
      '--add-host',
      'db:192.0.2.7',
      '--dns',
      '192.0.2.53',
      '--dns-search',
      'a.example',
      '--dns-option',
      'ndots:2',
    ]
    const ran = await run(
      [...options, '--group-add', '4711', '--group-add', '7'],
      'grep db /etc/hosts; cat /etc/resolv.conf; id -G | tr " " "\\n" | sort -n | xargs',
    )
    expect(ran).toMatchObject({
      code: 0,
      stdout: '192.0.2.7\tdb\nnameserver 192.0.2.53\nsearch a.example\noptions ndots:2\n0 7 4711\n',
    })
  })

  test('file systems in memory have their size, are for everybody, hold no programs, and may lie in a mount', async () => {
    const options = [
      '--tmpfs',
      '/scratch:size=3m',
      '--tmpfs',
      '/mounted/inner',
      '--shm-size',
      '7m',
      '-v',
      `${folder}:/mounted:ro`,
    ]
    const script = [
      "df -P -k /scratch /dev/shm | awk 'NR>1 {print $2, $6}'",
      'stat -c %a /scratch',
      'echo x >/mounted/inner/file && cat /mounted/inner/file',
      'dd if=/dev/zero of=/scratch/big bs=1M count=4 2>/dev/null || echo full',
      'rm /scratch/big; cp /bin/busybox /scratch/echo; chmod 755 /scratch/echo; /scratch/echo ran 2>/dev/null || echo no programs',
    ].join('; ')
    mkdirSync(join(folder, 'inner'), { recursive: true })
    const ran = await run(options, script)
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toBe('3072 /scratch\n7168 /dev/shm\n1777\nx\nfull\nno programs\n')
  })

  test('a command that joins later has the groups too', async () => {
    const made = [
      'run',
      '-d',
      '--class',
      own,
      '--name',
      `groups-${own}`,
      '--group-add',
      '4711',
      'busybox',
      'sleep',
      '1000',
    ]
    expect(await testAgent.joey(made)).toMatchObject({ code: 0 })
    expect(await testAgent.joey(['exec', `groups-${own}`, 'id', '-G'])).toMatchObject({ code: 0, stdout: '0 4711\n' })
    expect(await testAgent.joey(['rm', '-f', `groups-${own}`])).toMatchObject({ code: 0 })
  })

  test('process 1 takes the ends of orphans, hands signals on, and ends as its program does', async () => {
    // What nobody has taken the end of keeps its place in /proc.
    const orphan = "o=$(sh -c 'sleep 0.1 >/dev/null & echo $!')"
    const gone = 'for i in $(seq 200); do [ -d /proc/$o ] || break; sleep 0.1; done; [ -d /proc/$o ] || echo gone'
    const ran = await run(['--init'], `${orphan}; ${gone}; cat /proc/1/comm; echo $PPID; exit 7`)
    expect(ran).toMatchObject({ code: 7, stdout: 'gone\nprobe\n1\n' })
    expect(await run(['--init'], 'kill -9 $$')).toMatchObject({ code: 137 })
    const missing = await testAgent.joey(['run', '--rm', '--init', '--class', own, 'busybox', '/not/here'])
    expect(missing).toMatchObject({ code: 127, stderr: '/not/here: No such file or directory\n' })
    const name = `init-${own}`
    // Without handlers of its own, as process 1 it would not hear a TERM at all.
    const made = ['run', '-d', '--init', '--class', own, '--name', name, 'busybox', 'sleep', '1000']
    expect(await testAgent.joey(made)).toMatchObject({ code: 0 })
    expect(await testAgent.joey(['stop', '-t', '100', name])).toMatchObject({ code: 0 })
    expect(await testAgent.joey(['wait', name])).toMatchObject({ stdout: '143\n' })
    expect(await testAgent.joey(['rm', name])).toMatchObject({ code: 0 })
  })

  test('limits of processes hold for the command and for one that joins later', async () => {
    const name = `limits-${own}`
    const options = ['--ulimit', 'nofile=300:400', '--ulimit', 'stack=1048576:-1', '--ulimit', 'fsize=4096000']
    const look = 'echo $(ulimit -Sn) $(ulimit -Hn) $(ulimit -Ss) $(ulimit -Hs) $(ulimit -f)'
    const made = ['run', '-d', '--class', own, '--name', name, ...options, 'busybox', 'sh', '-c', `${look}; sleep 1000`]
    expect(await testAgent.joey(made)).toMatchObject({ code: 0 })
    const expected = '300 400 1024 unlimited 8000\n'
    await expect.poll(async () => (await testAgent.joey(['logs', name])).stdout, { timeout: 60_000 }).toBe(expected)
    expect(await testAgent.joey(['exec', name, 'sh', '-c', look])).toMatchObject({ stdout: expected })
    expect(await testAgent.joey(['rm', '-f', name])).toMatchObject({ code: 0 })
  })

  test.skipIf(isUnified)(
    'what it may use of this machine is held by the kernel, also after a change of its limits',
    async () => {
      const name = `shares-${own}`
      const options = [
        ...[
          '--cpuset-cpus',
          '0',
          '--cpu-shares',
          '300',
          '-m',
          '256m',
          '--memory-reservation',
          '64m',
          '--memory-swap',
          '300m',
        ],
        ...['--blkio-weight', '70', '--oom-score-adj', '700'],
      ]
      const made = ['run', '-d', '--class', own, '--name', name, ...options, 'busybox', 'sleep', '1000']
      expect(await testAgent.joey(made)).toMatchObject({ code: 0, stderr: '' })
      const [{ pid }] = await testAgent.json<[{ pid: number }]>(['inspect', name])
      expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Cpus_allowed_list:\t0$/m)
      expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('700\n')
      const seen = () =>
        cgroupValues(
          pid,
          ['cpu', 'cpu.shares'],
          ['memory', 'memory.soft_limit_in_bytes'],
          ['blkio', 'blkio.bfq.weight'],
        )
      expect(seen()).toEqual(['300', String(64 * 2 ** 20), '70'])
      const swap = () => {
        const [memory, both] = cgroupValues(
          pid,
          ['memory', 'memory.limit_in_bytes'],
          ['memory', 'memory.memsw.limit_in_bytes'],
        )
        return (Number(both) - Number(memory)) / 2 ** 20
      }
      expect(swap()).toBe(44)
      expect(await testAgent.joey(['update', '-m', '240m', name])).toMatchObject({ code: 0 })
      expect(swap()).toBe(60)
      expect(await testAgent.joey(['rm', '-f', name])).toMatchObject({ code: 0 })
    },
  )

  test('a stop begins with the signal that was chosen', async () => {
    const name = `signal-${own}`
    const script = 'trap "echo usr1; exit 3" USR1; echo ready; while :; do sleep 0.1; done'
    const made = ['run', '-d', '--class', own, '--name', name, '--stop-signal', 'USR1', 'busybox', 'sh', '-c', script]
    expect(await testAgent.joey(made)).toMatchObject({ code: 0 })
    const log = async () => (await testAgent.joey(['logs', name])).stdout
    await expect.poll(log, { timeout: 20_000 }).toBe('ready\n')
    expect(await testAgent.joey(['stop', '-t', '30', name])).toMatchObject({ code: 0 })
    expect(await log()).toBe('ready\nusr1\n')
    expect(await testAgent.joey(['wait', name])).toMatchObject({ stdout: '3\n' })
    expect(await testAgent.joey(['rm', name])).toMatchObject({ code: 0 })
  })
})

test('limits beyond those of the agent are lowered, and an event says so', async () => {
  const name = 'beyond'
  const following = testAgent.start(['events'])
  let told = ''
  following.stdout?.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  await expect.poll(() => told, { timeout: 15_000 }).toContain('  state  ')
  const line = ['run', '--name', name, '--ulimit', 'nofile=9000000:9000000', 'busybox', 'sh', '-c', 'ulimit -Hn']
  const ran = await testAgent.joey(line)
  expect(ran).toMatchObject({ code: 0 })
  expect(Number(ran.stdout)).toBeLessThanOrEqual(1_048_576)
  const given = `nofile=${ran.stdout.trim()}:${ran.stdout.trim()}`
  const sentence = `"beyond" asked for the limits nofile=9000000:9000000 and has ${given}`
  await expect.poll(() => told, { timeout: 15_000 }).toContain(sentence)
  following.kill()
  await testAgent.joey(['rm', name])
})

test('one can wait for the health of what was left running, or learn why it does not come', async () => {
  const run = (name: string, ...options: readonly string[]) =>
    testAgent.joey(['run', '-d', '--name', name, '--health-interval', '200ms', ...options, 'busybox', 'sleep', '1000'])
  expect(await run('fine', '--health-cmd', 'true', '--wait', 'healthy')).toMatchObject({ code: 0, stderr: '' })
  expect((await testAgent.joey(['ls'])).stdout).toMatch(/fine .*running .*\(healthy\)/)
  expect(await testAgent.joey(['wait', '--condition', 'healthy', 'fine'])).toMatchObject({ code: 0, stdout: 'fine\n' })
  const [{ healthLog }] = await testAgent.json<[{ healthLog: object }]>(['inspect', 'fine'])
  expect(healthLog).toMatchObject({
    failingStreak: 0,
    latest: expect.arrayContaining([expect.objectContaining({ code: 0 })]),
  })
  const bad = await run('bad', '--health-cmd', 'false', '--health-retries', '1', '--wait', 'healthy')
  expect(bad).toMatchObject({ code: 125, stdout: expect.stringMatching(/^[a-f0-9]{12}\n$/) })
  expect(bad.stderr).toContain('"bad" is unhealthy: its checks fail.')
  expect(await testAgent.joey(['wait', '--condition', 'odd', 'fine'])).toMatchObject({ code: 64 })
  expect(await testAgent.joey(['run', '--wait', 'healthy', 'busybox', 'true'])).toMatchObject({ code: 64 })
  expect(await testAgent.joey(['rm', '-f', 'fine', 'bad'])).toMatchObject({ code: 0 })
})

test('a group or a signal that there is not is refused, and nothing is made', async () => {
  const before = (await testAgent.list('-a')).length
  const signal = await testAgent.joey(['run', '--stop-signal', 'NONSENSE', 'busybox', 'true'])
  expect(signal).toMatchObject({ code: 125 })
  expect(signal.stderr).toContain('There is no signal "NONSENSE".')
  const group = await testAgent.joey(['run', '--rm', '--group-add', 'nobody-here', 'busybox', 'true'])
  expect(group.code).not.toBe(0)
  expect(group.stderr).toContain('nobody-here')
  expect(await testAgent.list('-a')).toHaveLength(before)
})

test.each([
  [['--tmpfs', '/a', '-v', `${folder}:/a`], /Two mounts go to \/a/],
  [['--tmpfs', '/proc/x'], /\/proc\/x/],
  [['--device-read-bps', '/dev/null:1mb'], /"\/dev\/null" is no disk/],
  [['--memory-swap', '1m'], /needs a limit of memory/],
  [['--cpuset-cpus', '0,4095'], /--cpuset-cpus 0,4095: this machine has the processors 0/],
  [['--restart', 'always'], /\(--rm\).*\(--restart\)/],
])('%j is refused before anything is made', async (options, words) => {
  const refused = await testAgent.joey(['run', '--rm', ...options, 'busybox', 'true'])
  expect(refused.code).toBe(125)
  expect(refused.stderr).toMatch(words)
})

test('what is noted on the record is in inspect, and what means nothing here is refused with what to write', async () => {
  const made = ['run', '-d', '--name', 'noted', '--annotation', 'run.oci.hook=x', '--security-opt', 'no-new-privileges']
  expect(await testAgent.joey([...made, '-q', 'busybox', 'sleep', '1000'])).toMatchObject({ code: 0, stderr: '' })
  const [{ spec }] = await testAgent.json<[{ spec: object }]>(['inspect', 'noted'])
  expect(spec).toMatchObject({ annotations: { 'run.oci.hook': 'x' } })
  await testAgent.joey(['rm', '-f', 'noted'])
  const refused = await testAgent.joey(['run', '--rm', '--platform', 'linux/s390x', 'busybox', 'true'])
  expect(refused).toMatchObject({ code: 64, stderr: expect.stringMatching(/linux\/(amd64|arm64) alone/) })
})

test('the id is in the file of --cidfile, and a file that is there is kept', async () => {
  const file = join(folder, 'id')
  const made = await testAgent.joey(['run', '-d', '--rm', '--cidfile', file, 'busybox', 'sleep', '1000'])
  expect(made).toMatchObject({ code: 0 })
  expect(readFileSync(file, 'utf8')).toBe(made.stdout.trim())
  const again = await testAgent.joey(['run', '--rm', '--cidfile', file, 'busybox', 'true'])
  expect(again.code).toBe(125)
  expect(again.stderr).toContain(file)
  expect(readFileSync(file, 'utf8')).toBe(made.stdout.trim())
  await testAgent.joey(['rm', '-f', made.stdout.trim()])
  const failed = join(folder, 'failed')
  expect(
    (await testAgent.joey(['run', '--rm', '--pull', 'never', '--cidfile', failed, 'not-there-at-all', 'true'])).code,
  ).toBe(125)
  expect(existsSync(failed)).toBe(false)
})

test('published ports are listed, and one of them is told alone', async () => {
  const made = ['run', '-d', '--name', 'ported', '-p', '80', '-p', '443', 'busybox', 'sleep', '1000']
  expect(await testAgent.joey(made)).toMatchObject({ code: 0 })
  const all = (await testAgent.joey(['port', 'ported'])).stdout.split('\n')
  expect(all.map((line) => line.replace(/:[0-9]+$/, ':N'))).toEqual([
    '80/tcp -> 127.0.0.1:N',
    '443/tcp -> 127.0.0.1:N',
    '',
  ])
  const one = await testAgent.joey(['port', 'ported', '443/tcp'])
  expect(one).toMatchObject({ code: 0, stdout: `${all[1]?.split(' ').at(-1) ?? ''}\n` })
  expect(await testAgent.joey(['port', 'ported', '8080'])).toMatchObject({ code: 1, stdout: '' })
  expect(await testAgent.joey(['port', 'ported', 'http'])).toMatchObject({ code: 64 })
  await testAgent.joey(['rm', '-f', 'ported'])
})
