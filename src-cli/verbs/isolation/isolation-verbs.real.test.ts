import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BlastRadius, IsolationView } from '#contract/isolation'
import type { AgentEvent } from '#contract/observe'
import type { IsolationClass } from '#contract/sandbox'
import { SelfTestReport } from '#contract/selftest'
import { shareTestAgent } from '../../testing/shared-agent.ts'
import { faultOfXml } from '../../testing/well-formed.ts'

const testAgent = shareTestAgent()
let offered: readonly IsolationClass[]
beforeAll(async () => {
  offered = await testAgent.offered()
})

describe('joey isolation', () => {
  /** A name that would clear the screen of who reads it. */
  const trick = '\x1b[2Jtrick'
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), `joey-${trick}-`))
    // The main process is a program whose path the guest has chosen too.
    const script = 'd=$(printf "/\\033[2Jinside"); mkdir "$d"; cp /bin/busybox "$d/sleep"; exec "$d/sleep" 1000'
    const options = ['-d', '--name', 'tricky', '--network', 'seen', '-v', `${folder}:/m`]
    await testAgent.joey(['run', ...options, 'busybox', 'sh', '-c', script])
    await testAgent.startSleeper('plain', '-m', '64m', '--network', 'seen')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('describes one sandbox: score with its derivation, facts, and what is shared', async () => {
    const ran = await testAgent.joey(['isolation', 'plain'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    const titles = ran.stdout.match(/^\S.*$/gm) ?? []
    expect(titles[0]).toMatch(/^plain \(container, running\): \d+ of 100$/)
    expect(titles.slice(1).map((title) => title.split(/[:,] ?/)[0]?.replace(/ \(.*/, ''))).toEqual(
      expect.arrayContaining(['Score', 'Observed', 'What it can act on', 'What can act on it']),
    )
    expect(ran.stdout).not.toContain('[/proc/')
    expect((await testAgent.joey(['isolation', '--sources', 'plain'])).stdout).toContain('[/proc/')
  })

  test('puts what is weaker than the default first, marked', async () => {
    const { stdout } = await testAgent.joey(['isolation', 'tricky'])
    expect(stdout).toMatch(/^Observed \(! weaker than the default of its class\):\n {2}! /m)
  })

  test('is the contract’s view in JSON, of one and of all', async () => {
    const one = IsolationView.parse(await testAgent.json(['isolation', 'plain']))
    expect(one.sandboxes.map(({ name }) => name)).toEqual(['plain'])
    const all = IsolationView.parse(await testAgent.json(['isolation']))
    expect(all.sandboxes.map(({ name }) => name)).toEqual(expect.arrayContaining(['plain', 'tricky']))
    expect((await testAgent.joey(['isolation'])).stdout).toMatch(/^All sandboxes: \d+ of 100\n/)
  })

  test('shows characters that steer a terminal as visible escapes', async () => {
    for (const args of [
      ['tricky'],
      [],
      ['--svg'],
      ['--svg', 'tricky'],
      ['--blast', 'tricky'],
      ['--sources', 'tricky'],
    ]) {
      const { stdout, code } = await testAgent.joey(['isolation', ...args])
      expect(code).toBe(0)
      expect(stdout).not.toContain('\x1b')
    }
    const { stdout } = await testAgent.joey(['isolation', 'tricky'])
    expect(stdout).toMatch(/joey-\\.{1,6}\[2Jtrick-/)
    expect(stdout).toMatch(/\/\\.{1,6}\[2Jinside\/sleep/)
  })

  test('draws one well-formed picture that runs nothing and loads nothing', async () => {
    const { stdout } = await testAgent.joey(['isolation', '--svg'])
    expect(faultOfXml(stdout)).toBeNull()
    expect(stdout).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    expect(stdout).not.toMatch(/<script|<foreignObject|\son\w+=|href=|url\((?!#)/i)
  })

  test('--blast names what is within reach, and a left network is out of it', async () => {
    const byNetwork = /^ {2}target \(.+\n {4}by Network seen: /m
    await testAgent.startSleeper('target', '--network', 'seen')
    const reach = async (): Promise<string> => (await testAgent.joey(['isolation', '--blast', 'plain'])).stdout
    expect(await reach()).toMatch(byNetwork)
    const blast = BlastRadius.parse(await testAgent.json(['isolation', '--blast', 'plain']))
    expect(blast.from).toMatch(/^sandbox:[a-f0-9]{12}$/)
    await testAgent.joey(['network', 'leave', 'target'])
    await expect.poll(reach, { timeout: 30_000 }).not.toMatch(byNetwork)
  })

  test.each([
    [['isolation', 'nobody'], 1, 'There is no sandbox "nobody".'],
    [['isolation', '--blast', 'nobody'], 1, 'There is no sandbox "nobody".'],
    [['isolation', '--blast'], 64, '--blast: say which sandbox.'],
    [['isolation', '--svg', '--json'], 64, '--svg prints a picture'],
    [['isolation', 'plain', 'tricky'], 64, 'joey isolation takes only [SANDBOX]'],
  ])('%j ends with %i', async (args, code, sentence) => {
    const ran = await testAgent.joey(args)
    expect(ran.code).toBe(code)
    expect(ran.stdout + ran.stderr).toContain(sentence)
  })
})

describe('joey selftest', () => {
  test('passes in every class, repeats the latest report, and has a short summary', async () => {
    for (const isolationClass of offered) {
      const name = `checked-${isolationClass}`
      await testAgent.startSleeper(name, '--class', isolationClass)
      expect(await testAgent.json(['selftest', '--last', name])).toBeNull()
      expect((await testAgent.joey(['selftest', '--last', name])).stdout).toContain('has not been checked yet')
      const report = SelfTestReport.parse(await testAgent.json(['selftest', name]))
      expect(report).toMatchObject({ class: isolationClass, drift: [] })
      const last = await testAgent.joey(['selftest', '--last', name])
      expect(last).toMatchObject({ code: 0, stderr: '' })
      expect(last.stdout).toMatch(/^Checked \d+ seconds? ago in \w+ \(\w+\): (\d+) of \1 passed.*\.\n$/)
      const whole = await testAgent.joey(['selftest', '--last', '-a', name])
      expect(whole.stdout.match(/^(pass|n\/a) {2}/gm)).toHaveLength(report.results.length)
    }
  }, 120_000)

  test('ends with 1 where a probe failed, and names it with what was granted', async () => {
    await testAgent.startSleeper('weak', '--grant', 'cap:SYS_ADMIN')
    const ran = await testAgent.joey(['selftest', 'weak'])
    expect(ran).toMatchObject({ code: 1, stderr: '' })
    expect(ran.stdout).toMatch(/^FAIL {2}.+ \[[a-z.-]+\]\n {6}.*It was granted: cap:SYS_ADMIN/m)
    expect(ran.stdout).not.toMatch(/^pass/m)
    expect((await testAgent.json<SelfTestReport>(['selftest', '--last', 'weak'], 1)).class).toBe('container')
  })

  test('shows no characters of a guest that steer a terminal', async () => {
    const { stdout, code } = await testAgent.joey(['selftest', '-a', 'tricky'])
    expect(code).toBeLessThanOrEqual(1)
    expect(stdout).toMatch(/^Checked /m)
    expect(stdout).not.toContain('\x1b')
  })

  test('of a stopped sandbox is refused with a sentence', async () => {
    await testAgent.joey(['run', '--name', 'over', 'busybox', 'true'])
    expect(await testAgent.joey(['selftest', 'over'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'joey: "over" is stopped. Only a running sandbox can be checked from inside.\n  Starts it: joey start over\n',
    })
    expect((await testAgent.joey(['selftest', 'nobody'])).stderr).toContain('There is no sandbox "nobody".')
  })
})

describe('shared networks', () => {
  const pings = async (from: string, to: string): Promise<boolean> =>
    (await testAgent.joey(['exec', from, 'ping', '-c', '1', '-W', '3', to])).code === 0

  test('let sandboxes of all classes reach each other by name, until they leave', async () => {
    const names = offered.map((isolationClass) => `net-${isolationClass}`)
    for (const [index, isolationClass] of offered.entries())
      await testAgent.startSleeper(
        `net-${isolationClass}`,
        ...['--class', isolationClass],
        ...(index === 0 ? [] : ['--network', 'mixed']),
      )
    const joined = await testAgent.joey(['network', 'join', 'mixed', 'net-container'])
    expect(joined).toMatchObject({ code: 0, stdout: 'net-container\n', stderr: '' })
    for (const from of names)
      for (const to of names) if (from !== to) expect(await pings(from, to), `${from} ${to}`).toBe(true)
    expect((await testAgent.joey(['network', 'leave', 'net-container'])).code).toBe(0)
    for (const from of names.slice(1)) expect(await pings(from, 'net-container'), from).toBe(false)
  }, 120_000)

  test('cannot have a name that means something else', async () => {
    const ran = await testAgent.joey(['network', 'join', 'host', 'plain'])
    expect(ran).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('--grant host-network') })
    const run = await testAgent.joey(['run', '--rm', '--network', 'bridge', 'busybox', 'true'])
    expect(run).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('is nat here') })
  })

  test('none leaves the loopback only', async () => {
    const ran = await testAgent.joey(['run', '--rm', '--network', 'none', 'busybox', 'ls', '/sys/class/net'])
    expect(ran).toMatchObject({ code: 0, stdout: 'lo\n' })
  })
})

describe('grants', () => {
  beforeAll(() => testAgent.startSleeper('granted', '--class', 'container'))

  test('are given, listed, held from the next start on, taken back, and announced as events', async () => {
    const child = testAgent.start(['events', '--json'])
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    await expect.poll(() => text, { timeout: 15_000 }).toContain('"state"')

    expect(await testAgent.joey(['grant', 'granted'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const given = await testAgent.joey(['grant', 'granted', 'cap:net_admin', 'host-path:/etc'])
    expect(given).toMatchObject({ code: 0, stdout: 'cap:NET_ADMIN\nhost-path:/etc:ro\n' })
    expect(given.stderr).toContain('joey restart granted')
    expect(await testAgent.json(['grant', 'granted'])).toEqual([
      { kind: 'cap', name: 'NET_ADMIN' },
      { kind: 'host-path', path: '/etc', access: 'ro' },
    ])
    await testAgent.joey(['restart', '-t', '0', 'granted'])
    const seen = await testAgent.joey(['exec', 'granted', 'cat', '/host/etc/passwd'])
    expect(seen.stdout).toBe(readFileSync('/etc/passwd', 'utf8'))
    expect(await testAgent.json(['revoke', 'granted', 'cap:NET_ADMIN'])).toHaveLength(1)
    expect(await testAgent.json(['revoke', 'granted', '--all'])).toEqual([])

    await expect.poll(() => text, { timeout: 15_000 }).toContain('host-path:/etc:ro to \\"granted\\" was taken back')
    child.kill()
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AgentEvent)
    const reasons = events.flatMap((event) => (event.type === 'notice' ? [event.reason] : []))
    expect(reasons).toEqual(['granted', 'granted', 'grant-taken-back', 'grant-taken-back'])
  })

  test.each([
    [['grant', 'granted', 'root'], 64, '"root" is not something that can be granted. Write one of host-path:/PATH'],
    [['run', '--grant', 'root', 'busybox'], 64, '"root" is not something that can be granted.'],
    [['grant', 'granted', 'cap:NOTHING'], 1, 'Linux has no capability "NOTHING".'],
    [['grant', 'granted', 'host-path:/no/such/path'], 1, 'There is nothing at /no/such/path to grant.'],
    [['revoke', 'granted', 'cap:SYS_TIME'], 1, '"granted" was not granted cap:SYS_TIME. It has no grants.'],
    [['revoke', 'granted'], 64, 'Say either which grants to take back, or --all.'],
    [['revoke', 'granted', '--all', 'cap:SYS_TIME'], 64, 'Say either which grants to take back, or --all.'],
  ])('%j ends with %i', async (args, code, sentence) => {
    const ran = await testAgent.joey(args)
    expect(ran).toMatchObject({ code, stdout: '' })
    expect(ran.stderr).toContain(sentence)
  })

  test('that were refused have changed nothing', async () => {
    expect(await testAgent.json(['grant', 'granted'])).toEqual([])
  })
})
