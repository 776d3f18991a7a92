import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Finding } from '#contract/agent'
import type { Leftover } from '#contract/leftovers'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const call = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'pipe' }).toString()
const ip = (...args: string[]) => call('ip', ...args)
const tagOf = (home: string): string => createHash('sha256').update(home).digest('hex').slice(0, 6)
const stranger = 'ffffaaaabbbb'
const cgroupRoot = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup'

interface Doctor {
  readonly findings: readonly Finding[]
  readonly fixes?: readonly { readonly id: string; readonly outcome: string }[]
}

describe('leftovers that no record explains', () => {
  const undo: (() => void)[] = []
  afterAll(() => {
    for (const each of undo.reverse()) each()
  })
  const attempt = (work: () => unknown): void => {
    undo.push(() => {
      try {
        work()
      } catch {
        // It is gone, as it should be.
      }
    })
  }

  /** A program that waits under the name of a monitor, as for that sandbox. */
  function startMonitor(home: string): number {
    const program = join(home, 'conmon')
    copyFileSync('/bin/busybox', program)
    const args = ['-c', 'read line', join(home, 'run/s', stranger)]
    const child = spawn(program, args, { argv0: 'sh', stdio: ['pipe', 'ignore', 'ignore'] })
    attempt(() => child.kill('SIGKILL'))
    return child.pid ?? 0
  }

  /** One of each kind, with the marks of a state folder. */
  function plant(home: string): {
    readonly expected: readonly Leftover[]
    readonly inside: number
    readonly monitor: number
  } {
    const tag = tagOf(home)
    const cgroup = `/joey/${tag}/${stranger}`
    mkdirSync(join(cgroupRoot, cgroup, 'below'), { recursive: true })
    attempt(() => rmdirSync(join(cgroupRoot, cgroup)))
    attempt(() => rmdirSync(join(cgroupRoot, cgroup, 'below')))
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
    attempt(() => child.kill('SIGKILL'))
    writeFileSync(join(cgroupRoot, cgroup, 'below/cgroup.procs'), String(child.pid))
    ip('link', 'add', `jy${tag}xfff0`, 'type', 'bridge')
    attempt(() => ip('link', 'del', `jy${tag}xfff0`))
    call('nft', 'add', 'table', 'ip', `joey_${tag}`)
    attempt(() => call('nft', 'delete', 'table', 'ip', `joey_${tag}`))
    const folders = [join(home, 'sandboxes', stranger), join(home, 'run/s', stranger), join(home, 'volumes', stranger)]
    for (const folder of folders) mkdirSync(join(folder, 'data'), { recursive: true })
    const point = join(home, 'run/s', stranger, 'data')
    call('mount', '-t', 'tmpfs', 'left', point)
    attempt(() => call('umount', '-l', point))
    const netns = join(home, 'run/network/netns/fff1')
    mkdirSync(join(home, 'run/network/netns'), { recursive: true })
    writeFileSync(netns, '')
    const monitor = startMonitor(home)
    const what = `${monitor} sh -c read line ${join(home, 'run/s', stranger)}`
    return {
      ...{ inside: child.pid ?? 0, monitor },
      expected: [
        { kind: 'process', what },
        { kind: 'cgroup', what: cgroup },
        { kind: 'mount', what: point },
        { kind: 'interface', what: `jy${tag}xfff0` },
        { kind: 'namespace', what: netns },
        { kind: 'table', what: `ip joey_${tag}` },
        ...folders.map((folder) => ({ kind: 'folder' as const, what: folder })),
      ],
    }
  }

  test('are found, and removed after a yes; what runs, and what is of another folder, is not touched', async () => {
    const { home } = testAgent
    await testAgent.startSleeper('kept')
    const other = mkdtempSync('/tmp/jy-')
    attempt(() => rmSync(other, { recursive: true }))
    const foreign = `jy${tagOf(other)}x2`
    ip('link', 'add', foreign, 'type', 'bridge')
    attempt(() => ip('link', 'del', foreign))
    const { expected, inside, monitor } = plant(home)
    const [before] = await testAgent.list()
    const isAlive = (pid: number): boolean =>
      existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))

    const refused = await testAgent.joey(['doctor', '--fix', 'leftovers'])
    expect(refused).toMatchObject({ code: 64 })
    expect(refused.stderr).toContain('--yes')
    const person = testAgent.pty(['doctor', '--fix', 'leftovers'], { cols: 200, rows: 50 })
    await person.waitFor('Do it? [y/N]')
    for (const { what } of expected) expect(person.shown()).toContain(what)
    expect(person.shown()).not.toContain(foreign)
    person.pty.write('n\r')
    await person.exited
    expect(isAlive(inside)).toBe(true)

    const fixed = JSON.parse(
      (await testAgent.joey(['doctor', '--fix', '--yes', '--json', 'leftovers'])).stdout,
    ) as Doctor
    expect(fixed.fixes).toMatchObject([{ id: 'leftovers', outcome: 'done' }])
    expect(fixed.findings.filter(({ id }) => id === 'leftovers')).toEqual([])
    expect([isAlive(inside), isAlive(monitor)]).toEqual([false, false])
    for (const { kind, what } of expected.filter((each) => ['folder', 'namespace'].includes(each.kind)))
      expect(existsSync(what), `${kind} ${what}`).toBe(false)
    expect(globSync(`/sys/fs/cgroup/{,*/}joey/${tagOf(home)}/${stranger}`)).toEqual([])
    expect(ip('link')).not.toContain(`jy${tagOf(home)}xfff0`)
    expect(ip('link')).toContain(foreign)
    expect(await testAgent.list()).toMatchObject([{ name: 'kept', pid: before?.pid, state: 'running' }])
    expect((await testAgent.joey(['exec', 'kept', 'true'])).code).toBe(0)
  }, 60_000)
})

describe('a support bundle', () => {
  test('helps, and holds no secret that was anywhere in what it is made of', async () => {
    const secrets = {
      variable: 'correct-horse-battery',
      argument: 'hunter22hunter22',
      script: 'abc123xyz789',
      label: 'label-of-somebody',
      url: 'urlPassw0rd',
      random: 'q8Zt3LmX0pVw7RbN2sYc',
      login: 'the-password-of-the-registry',
      account: 'name-at-the-registry',
      key: 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ',
      caller: 'token-of-the-caller',
    }
    const { home } = testAgent
    const script = `export TOKEN=${secrets.script}; sleep 1000`
    const told = ['--password', secrets.argument, `http://joe:${secrets.url}@example.org/`, secrets.random]
    const run = await testAgent.joey([
      ...['run', '-d', '--name', 'secretive', '-e', `PLAIN=${secrets.variable}`, '--label', `owner=${secrets.label}`],
      ...['busybox', 'sh', '-c', script, 'sh', ...told],
    ])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(
      join(home, 'registry-logins.json'),
      JSON.stringify({ registries: { 'r.example': { username: secrets.account, password: secrets.login } } }),
    )
    const line = { level: 50, err: { message: `exec --env PLAIN=${secrets.variable}` }, argv: ['x', secrets.argument] }
    appendFileSync(join(home, 'logs/joeyd.log'), `${JSON.stringify(line)}\n`)
    mkdirSync(join(home, 'signing'), { recursive: true, mode: 0o700 })
    const key = `-----BEGIN PRIVATE KEY-----\n${secrets.key}\n-----END PRIVATE KEY-----\n`
    writeFileSync(join(home, 'signing/secret.pem'), key, { mode: 0o600 })
    appendFileSync(join(home, 'logs/agent-output.log'), `${Object.values(secrets).join(' | ')}\n${key}`)
    const file = join(home, 'support.tar.gz')
    const written = await testAgent.joey(['doctor', '--bundle', file], { env: { MY_TOKEN: secrets.caller } })
    expect(written).toMatchObject({ code: 0, stderr: '' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = await testAgent.joey(['doctor', '--bundle', file])
    expect(again.stderr).toContain('there already')

    const text = execFileSync('tar', ['-xzOf', file]).toString()
    // What people have written in labels is taken out where it is, and not looked for elsewhere.
    const records = execFileSync('tar', ['-xzOf', file, 'joey-support/records.json']).toString()
    for (const [what, secret] of Object.entries(secrets))
      expect(what === 'label' ? records : text, what).not.toContain(secret)
    for (const wanted of [
      'secretive',
      'PLAIN',
      '--password',
      'the agent answers',
      'busybox',
      '"kernel"',
      'PRETTY_NAME',
    ])
      expect(text, wanted).toContain(wanted)
  }, 60_000)
})
