import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { ClassPlan, ClassProfile } from '#contract/classes'
import type { UsageSample } from '#contract/observe'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { Settings } from '#contract/settings'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const ladder = ['container', 'gvisor', 'microvm'] as const

let offered: readonly IsolationClass[]
beforeAll(async () => {
  offered = await testAgent.offered()
})

describe.each(ladder)('in the class %s', (isolationClass) => {
  const name = `of-${isolationClass}`
  beforeAll(async () => {
    if (offered.includes(isolationClass)) await testAgent.startSleeper(name, '--class', isolationClass, '--cpus', '0.3')
  })
  afterAll(() => testAgent.joey(['rm', '-f', name]))

  test('run --rm passes streams and the exit code', async ({ skip }) => {
    skip(!offered.includes(isolationClass), 'not offered here')
    const script = 'echo out; echo err >&2; exit 7'
    const ran = await testAgent.joey(['run', '--rm', '--class', isolationClass, 'busybox', '--', 'sh', '-c', script])
    expect(ran).toMatchObject({ code: 7, stdout: 'out\n', stderr: 'err\n' })
  })

  test('exec -i passes three bytes that are no text, both ways', async ({ skip }) => {
    skip(!offered.includes(isolationClass), 'not offered here')
    const input = Buffer.from([0, 255, 10])
    const ran = await testAgent.joey(['exec', '-i', name, 'cat'], { input })
    expect(ran).toMatchObject({ code: 0, bytes: input })
  })

  test('a terminal has the size of its window, and follows it', async ({ skip }) => {
    skip(!offered.includes(isolationClass), 'not offered here')
    const { pty, waitFor, exited } = testAgent.pty(['exec', '-it', name, 'sh'], { cols: 66, rows: 20 })
    await waitFor('/ # ')
    pty.write('stty size\r')
    await waitFor('20 66')
    pty.resize(77, 22)
    pty.write('while [ "$(stty size)" != "22 77" ]; do sleep 0.1; done; echo follow"ed"\r')
    await waitFor('followed', 20_000)
    pty.write('exit 3\r')
    expect(await exited).toBe(3)
  })

  test('memory that ran out is said', async ({ skip }) => {
    skip(!offered.includes(isolationClass), 'not offered here')
    const hog = 'dd if=/dev/zero of=/dev/null bs=200M count=1'
    const ran = await testAgent.joey([
      'run',
      '--rm',
      '--class',
      isolationClass,
      '-m',
      '64m',
      'busybox',
      'sh',
      '-c',
      hog,
    ])
    expect(ran.stderr).toMatch(/^joey: Ran out of memory \(limit 64 MiB\)/m)
    expect(ran.code).toBe(137)
  })

  test('--cpus 0.3 gives no more than that, as its usage shows', async ({ skip }) => {
    skip(!offered.includes(isolationClass), 'not offered here')
    const used = async (): Promise<UsageSample> => {
      const [sample] = await testAgent.json<[UsageSample]>(['stats', name])
      return sample
    }
    const burner = testAgent.start(['exec', name, 'sh', '-c', 'while :; do :; done'])
    await sleep(1000)
    const before = await used()
    await sleep(3000)
    const after = await used()
    burner.kill('SIGKILL')
    const cores = (after.cpuTotalUs - before.cpuTotalUs) / 1000 / (Date.parse(after.at) - Date.parse(before.at))
    expect(cores).toBeGreaterThan(0.05)
    expect(cores).toBeLessThan(0.4)
  })
})

test.each(ladder)(
  'the first reading of a main process in the class %s sees the size of the terminal, every time',
  async (isolationClass) => {
    if (!offered.includes(isolationClass)) return
    for (let round = 0; round < 3; round += 1) {
      const words = ['run', '--rm', '-it', '--class', isolationClass, 'busybox', '--', 'stty', 'size']
      const { exited, shown } = testAgent.pty(words, { cols: 132, rows: 50 })
      expect(await exited).toBe(0)
      expect(shown()).toBe('50 132\r\n')
    }
  },
  90_000,
)

test('every class has a kernel that reports another version', async () => {
  const kernels = await Promise.all(
    offered.map(
      async (isolationClass) =>
        (await testAgent.joey(['run', '--rm', '--class', isolationClass, 'busybox', 'uname', '-rv'])).stdout,
    ),
  )
  expect(new Set(kernels).size).toBe(offered.length)
})

describe('joey class ls', () => {
  test('has the three classes in JSON, weakest first', async () => {
    const profiles = z.array(ClassProfile).parse(await testAgent.json(['class', 'ls']))
    expect(profiles.map((profile) => profile.class)).toEqual(ladder)
    expect(profiles[0]).toMatchObject({ available: true, emulated: null })
  })

  test('keeps within 80 columns on a terminal, and one line a sentence elsewhere', async () => {
    const { exited, shown } = testAgent.pty(['class', 'ls'], { cols: 80, rows: 24 })
    expect(await exited).toBe(0)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are not wide
    const lines = shown()
      .replaceAll(/\x1b\[\d*m/g, '')
      .split('\r\n')
    expect(lines.length).toBeGreaterThan(5)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect((await testAgent.joey(['class', 'ls'])).stdout).toMatch(/^container: .+\.$/m)
  })
})

describe('joey class set', () => {
  beforeAll(() => testAgent.startSleeper('moved', '-l', 'kept=yes', '--class', 'container'))

  test('keeps files with mode and links through every class and back', async () => {
    const read = 'cat /kept /link; stat -c "%a %u" /kept; ls /etc/removed 2>&1'
    const write =
      'echo here > /kept; chmod 640 /kept; chown 7 /kept; ln -s kept /link; touch /etc/removed; rm /etc/removed'
    expect(await testAgent.joey(['exec', 'moved', 'sh', '-c', write])).toMatchObject({ code: 0, stderr: '' })
    for (const isolationClass of [...offered.slice(1), 'container']) {
      const set = await testAgent.joey(['class', 'set', 'moved', isolationClass])
      expect(set).toMatchObject({ code: 0, stderr: '' })
      expect(set.stdout).toMatch(new RegExp(`^moved: ${isolationClass}, running`))
      const seen = await testAgent.joey(['exec', 'moved', 'sh', '-c', read])
      expect(seen.stdout, isolationClass).toMatch(/^here\nhere\n640 7\nls: .*No such file or directory\n$/)
    }
    expect(await testAgent.list('--filter', 'label=kept=yes')).toMatchObject([{ name: 'moved', class: 'container' }])
  }, 120_000)

  test('to the class it has changes nothing, and says so', async () => {
    const [before] = await testAgent.list('--filter', 'name=moved')
    expect(await testAgent.joey(['class', 'set', 'moved', 'container'])).toMatchObject({
      code: 0,
      stdout: 'moved: container, running\n',
    })
    expect((await testAgent.list('--filter', 'name=moved'))[0]?.startedAt).toBe(before?.startedAt)
    const plan = await testAgent.joey(['class', 'set', 'moved', 'container', '--dry-run'])
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing would change.') })
  })

  test('--dry-run prints the plan and changes nothing', async ({ skip }) => {
    skip(!offered.includes('gvisor'), 'not offered here')
    const plan = ClassPlan.parse(await testAgent.json(['class', 'set', 'moved', 'gvisor', '--dry-run']))
    expect(plan).toMatchObject({ from: 'container', to: 'gvisor', restarts: true })
    const printed = await testAgent.joey(['class', 'set', 'moved', 'gvisor', '--dry-run'])
    expect(printed.stdout).toMatch(/^container -> gvisor/)
    expect(printed.stdout).toMatch(/^Lost:$/m)
    expect(await testAgent.list('--filter', 'name=moved')).toMatchObject([{ class: 'container', state: 'running' }])
  })

  test('refuses what prevents it, and --dry-run ends with 1 before', async () => {
    await testAgent.startSleeper('tied', '--grant', 'device:/dev/random')
    const plan = ClassPlan.parse(await testAgent.json(['class', 'set', 'tied', 'gvisor', '--dry-run'], 1))
    expect(plan.problems.map(({ level }) => level)).toContain('blocks')
    const printed = await testAgent.joey(['class', 'set', 'tied', 'gvisor', '--dry-run'])
    expect(printed).toMatchObject({ code: 1, stdout: expect.stringContaining('What prevents it:\n') })
    const set = await testAgent.joey(['class', 'set', 'tied', 'gvisor'])
    expect(set).toMatchObject({ code: 1, stdout: '' })
    expect(set.stderr).toMatch(/^joey: "tied" cannot be changed to the class "gvisor".+\.\n/)
    expect(await testAgent.list('--filter', 'name=tied')).toMatchObject([{ class: 'container', state: 'running' }])
  })

  test.each([
    [['class', 'set', 'moved', 'vm'], 64, 'CLASS vm: it is container, gvisor or microvm.'],
    [['class', 'set', 'moved'], 64, 'joey class set needs SANDBOX CLASS.'],
    [['class'], 64, 'joey class needs one more word: ls, set.'],
    [['class', 'set', 'nobody', 'gvisor'], 1, 'There is no sandbox "nobody".'],
    [['run', '--class', 'vm', 'busybox'], 64, '--class vm: it is container, gvisor or microvm.'],
  ])('%j ends with %i', async (args, code, sentence) => {
    const ran = await testAgent.joey(args)
    expect(ran).toMatchObject({ code, stdout: '' })
    expect(ran.stderr).toContain(`joey: ${sentence}`)
  })
})

describe('joey settings', () => {
  test('are shown, changed by name, and kept; run takes its class from them', async () => {
    const before = Settings.parse(await testAgent.json(['settings']))
    expect(before).toMatchObject({ defaultClass: 'container', selfTestAfterChange: false, selfTestEveryHours: null })
    const strongest = offered.at(-1) ?? 'container'
    const changed = await testAgent.joey(['settings', `defaultClass=${strongest}`, 'selfTestEveryHours=24'])
    expect(changed.code).toBe(0)
    expect(changed.stdout.split('\n')).toEqual(
      expect.arrayContaining([`defaultClass=${strongest}`, 'selfTestAfterChange=false', 'selfTestEveryHours=24']),
    )
    const made = await testAgent.joey(['run', '-d', '--name', 'by-default', '--json', 'busybox', 'sleep', '1000'])
    expect((JSON.parse(made.stdout) as Sandbox).class).toBe(strongest)
    expect(await testAgent.json(['settings', 'defaultClass=container', 'selfTestEveryHours=never'])).toEqual(before)
    expect(await testAgent.json(['settings'])).toEqual(before)
  })

  test('that do not fit change nothing', async () => {
    const ran = await testAgent.joey(['settings', 'selfTestAfterChange=true', 'defaultClass=vm'])
    expect(ran).toMatchObject({ code: 64, stdout: '' })
    expect(ran.stderr).toContain('joey: defaultClass=vm: it is container, gvisor or microvm.')
    expect(await testAgent.json(['settings'])).toMatchObject({ selfTestAfterChange: false })
  })
})

describe('joey logs --boot', () => {
  test('is empty for a container', async () => {
    await testAgent.startSleeper('silent', '--class', 'container')
    const ran = await testAgent.joey(['logs', '--boot', 'silent'])
    expect(ran).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('only a micro-VM') })
    expect(await testAgent.json(['logs', '--boot', 'silent'])).toMatchObject({ text: '' })
  })

  test('has what the kernel of a micro-VM said, without characters that steer a terminal', async ({ skip }) => {
    skip(!offered.includes('microvm'), 'not offered here')
    await testAgent.startSleeper('booted', '--class', 'microvm')
    await testAgent.joey(['exec', 'booted', 'sh', '-c', "printf '<1>trick\\033[31m\\n' > /dev/kmsg"])
    const ran = await testAgent.joey(['logs', '--boot', 'booted'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/mounted/)
    expect(ran.stdout).not.toContain('\x1b')
  })

  test('has nothing to follow', async () => {
    const ran = await testAgent.joey(['logs', '--boot', '-f', 'silent'])
    expect(ran).toMatchObject({ code: 64, stderr: expect.stringContaining('leave out --follow') })
  })
})
