import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../testing/shared-agent.ts'

/*
 * Daily lines of Docker that are told apart by their options alone: each does the same here.
 */
const testAgent = shareTestAgent()
const { joey } = testAgent
const folder = mkdtempSync(join(tmpdir(), 'joey-docker-'))
afterEach(() => joey(['rm', '-fa']))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['container', 'gvisor', 'microvm'])('in the class %s', (own) => {
  test('exec -d returns as soon as the command runs, which goes on without anybody', async () => {
    await testAgent.startSleeper('box', '--class', own)
    const script = 'while ! test -e /go; do sleep 0.1; done; echo $WORD >/done'
    const begun = await joey(['exec', '-d', '-e', 'WORD=here', 'box', 'sh', '-c', script])
    expect(begun).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const waits = 'touch /go; while ! test -s /done; do sleep 0.1; done; cat /done'
    expect(await joey(['exec', 'box', 'sh', '-c', waits])).toMatchObject({ code: 0, stdout: 'here\n' })
    expect(await joey(['exec', '-d', 'box', 'no-such-program'])).toMatchObject({
      code: 127,
      stderr: 'joey: no-such-program: command not found\n',
    })
    expect(await joey(['exec', '-d', 'box', '/etc'])).toMatchObject({ code: 126 })
  })

  test('stop -s sends another signal this once, and start -a shows the next run', async () => {
    const script = 'trap "echo heard; exit 3" USR1; echo begun; while :; do sleep 0.1; done'
    await joey(['create', '--name', 'box', '--class', own, 'busybox', 'sh', '-c', script])
    const shown = joey(['start', '-a', 'box'])
    await expect.poll(async () => (await joey(['logs', 'box'])).stdout, { timeout: 30_000 }).toBe('begun\n')
    expect(await joey(['stop', '-s', 'USR1', 'box'])).toMatchObject({ code: 0 })
    expect(await shown).toMatchObject({ code: 3, stdout: 'begun\nheard\n' })
  })
})

test('what exec -d has started outlives the agent that started it', async () => {
  await testAgent.startSleeper('box')
  await joey(['exec', '-d', 'box', 'sh', '-c', 'while ! test -e /go; do echo noise; sleep 0.1; done; echo over >/done'])
  await joey(['agent', 'stop', '--sandboxes', 'keep'])
  await joey(['agent', 'start'])
  const waits = 'touch /go; while ! test -s /done; do sleep 0.1; done; cat /done'
  expect(await joey(['exec', 'box', 'sh', '-c', waits])).toMatchObject({ code: 0, stdout: 'over\n' })
})

test('create makes what start begins, with the options of run', async () => {
  writeFileSync(join(folder, 'labels'), 'team=a\n')
  const id = join(folder, 'id')
  const options = ['--label-file', join(folder, 'labels'), '--cidfile', id, '--cpu-quota', '50000', '-eWORD=said']
  const made = await joey(['create', '--name=box', ...options, 'busybox', 'sh', '-c', 'echo $WORD; exit 4'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const format = '{{.Id}} {{.State.Status}} {{.Config.Labels}} {{.spec.limits.cpus}}'
  expect((await joey(['inspect', '-f', format, 'box'])).stdout).toBe(`${made.stdout.trim()} created {"team":"a"} 0.5\n`)
  expect(await joey(['start', '-a', 'box'])).toMatchObject({ code: 4, stdout: 'said\n' })
  expect(await joey(['start', '-a', 'box', 'other'])).toMatchObject({ code: 64 })
})

test('run -a shows only the streams that it names', async () => {
  const script = ['busybox', 'sh', '-c', 'echo out; echo err >&2; cat']
  expect(await joey(['run', '--rm', '-a', 'stdout', ...script])).toMatchObject({ code: 0, stdout: 'out\n', stderr: '' })
  const both = await joey(['run', '--rm', '-a', 'stdin', '-a', 'STDERR', '-i', ...script], { input: 'typed' })
  expect(both).toMatchObject({ code: 0, stdout: '', stderr: 'err\n' })
  expect(await joey(['run', '-d', '-a', 'stdout', ...script])).toMatchObject({ code: 64 })
  expect(await joey(['run', '-a', 'all', ...script])).toMatchObject({ code: 64 })
})

test('ps -l, -n, -s and its filters choose among all', async () => {
  for (const name of ['one', 'two', 'three']) await joey(['create', '--name', name, 'busybox', 'true'])
  await testAgent.startSleeper('four')
  await joey(['exec', 'four', 'dd', 'if=/dev/zero', 'of=/big', 'bs=1M', 'count=3'])
  const names = async (...args: string[]) =>
    (await joey(['ps', ...args, '--format', '{{.Names}}'])).stdout.split('\n').filter((name) => name !== '')
  expect(await names('-l')).toEqual(['four'])
  expect(await names('-n', '2')).toEqual(['four', 'three'])
  expect(await names('-a', '-f', 'before=three')).toEqual(['two', 'one'])
  expect(await names('-a', '-f', 'since=two', '-f', 'name=^/three$')).toEqual(['three'])
  expect((await joey(['ps', '-s', '--format', '{{.Size}}'])).stdout).toMatch(/^3(\.\d+)? MiB\n$/)
  expect(await joey(['ps', '-n', 'x'])).toMatchObject({ code: 64 })
})

test('stats and events take a template, and what a name of Docker is not is told', async () => {
  await testAgent.startSleeper('box')
  await joey(['create', '--name', 'still', 'busybox', 'true'])
  const stats = await joey(['stats', '-a', '--no-stream', '--format', '{{.Name}} {{.PIDs}}'])
  expect(stats.stdout.split('\n').sort()).toEqual(['', 'box 1', 'still 0'])
  expect(await joey(['stats', '--format', '{{.Colour}}'])).toMatchObject({ code: 64 })
  const line = [
    'events',
    '--since',
    '1h',
    '--until',
    '0s',
    '-f',
    'container=still',
    '--format',
    '{{.Type}} {{.sandbox.state}}',
  ]
  expect(await joey(line)).toMatchObject({ code: 0, stdout: 'sandbox.changed created\n' })
})

test('update changes limits, shares and the policy of several', async () => {
  await testAgent.startSleeper('one')
  await joey(['create', '--name', 'two', 'busybox', 'true'])
  const updated = await joey(['update', '-m', '64m', '-c', '512', '--restart', 'on-failure:2', 'one', 'two'])
  expect(updated).toMatchObject({ code: 0, stderr: 'one: --cpu-shares from its next start on.\n' })
  const format = '{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}'
  expect((await joey(['inspect', '-f', format, 'one', 'two'])).stdout).toBe(
    '67108864 on-failure\n67108864 on-failure\n',
  )
})

test.each([
  [['logs', '--details', 'x'], 'joey inspect'],
  [['rm', '--link', 'x'], '--network NAME'],
  [['start', '--checkpoint', 'c', 'x'], 'snapshot restore'],
  [['inspect', '-s', 'x'], 'joey ls --size'],
  [['inspect', '--type', 'image', 'x'], 'joey image inspect'],
  [['exec', '--privileged', 'x', 'true'], '--grant'],
  [['update', '--kernel-memory', '1', 'x'], 'no such limit'],
  [['run', '--net=host', 'busybox'], '--grant host-network'],
])('%j says what there is in its place', async (line, words) => {
  expect(await joey(line)).toMatchObject({ code: 64, stderr: expect.stringContaining(words) })
})
