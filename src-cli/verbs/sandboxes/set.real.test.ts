import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import type { ChangePlan } from '#contract/sandbox-operations'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const folder = mkdtempSync(join(tmpdir(), 'joey-set-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { joey, json, startSleeper } = {
  joey: (...args: string[]) => testAgent.joey(args),
  json: <T>(...args: string[]) => testAgent.json<T>(args),
  startSleeper: (name: string, ...options: string[]) => testAgent.startSleeper(name, ...options),
}
const inspect = async (name: string) => (await json<Sandbox[]>('inspect', name))[0]

test('a plan shows what would be otherwise, and the change then says when', async () => {
  await startSleeper('web', '-e', 'A=secret', '-l', 'team=a')
  const dry = await joey('set', 'web', 'label+=more=x', 'env+=B=hidden', 'memory=64m', '--dry-run')
  expect(dry).toMatchObject({ code: 0, stderr: '' })
  expect(dry.stdout).toContain('labels  team=a -> team=a, more=x (at once)')
  expect(dry.stdout).toContain('A -> A, B (with its next start)')
  expect(dry.stdout).toMatch(/memory [^>]+-> 64 MiB \(at once\)/)
  expect(dry.stdout).not.toMatch(/secret|hidden/)
  expect((await inspect('web'))?.spec.labels).toEqual({ team: 'a' })

  expect(await joey('set', 'web', 'label+=more=x', 'env+=B=1')).toMatchObject({
    code: 0,
    stdout: 'env:     with its next start\nlabels:  at once\n',
  })
  expect(await inspect('web')).toMatchObject({ spec: { env: { A: 'secret' } }, pending: { spec: { env: { B: '1' } } } })
  // What is taken away is taken from what waits.
  await joey('set', 'web', 'env-=B')
  expect((await inspect('web'))?.pending).toBeNull()
  expect(await joey('set', 'web', 'team=b')).toMatchObject({ code: 64 })
})

test('one port of this machine for two of its ports is refused as by run, and so is what no field takes', async () => {
  const twice = expect.stringMatching(/^joey: Port 18400 is already published twice for this sandbox/)
  const refused = { code: 1, stdout: '', stderr: twice }
  await startSleeper('ports', '-p', '18400:80')
  for (const state of ['running', 'stopped']) {
    expect(await joey('set', 'ports', 'publish=18400:80', 'publish=18400:81')).toMatchObject(refused)
    expect(await joey('set', 'ports', 'publish+=18400:81')).toMatchObject(refused)
    expect(await inspect('ports')).toMatchObject({ state, spec: { ports: [{ hostPort: 18400, guestPort: 80 }] } })
    await joey('stop', '-t', '0', 'ports')
  }
  const run = await joey('run', '-d', '-p', '18400:80', '-p', '18400:81', 'busybox', 'true')
  expect(run).toMatchObject({ code: 125, stderr: twice })
  expect(await joey('set', 'ports', 'memory=1g', 'memory=2g')).toMatchObject({ code: 64 })
  expect(await joey('set', 'ports', 'restart=bogus')).toMatchObject({
    ...{ code: 64, stderr: expect.stringMatching(/^joey: --restart: It is started again by: no, /) },
  })
})

test('what waits for the next start still waits after a restore, and what is made from it says that it is not in there', async () => {
  await startSleeper('waits', '-e', 'A=1', '--stop-timeout', '0')
  await joey('snapshot', 'create', 'waits', '--name', 'then')
  await joey('set', 'waits', 'env+=B=2', 'hostname=later')
  const fork = await joey('snapshot', 'fork', 'waits', '--name', 'twig')
  expect(fork).toMatchObject({ code: 0 })
  expect(fork.stderr.replaceAll(/\s+/g, ' ')).toContain(
    'What was set for the next start of "waits" is not in the forks',
  )
  for (const format of ['joey', 'docker']) {
    const made = await joey('export', 'waits', '--format', format, '-o', join(folder, `waits.${format}`))
    expect(made).toMatchObject({ code: 0 })
    expect(made.stderr.replaceAll(/\s+/g, ' ')).toContain('What was set for its next start is not contained')
  }

  const restored = await joey('snapshot', 'restore', 'waits@then')
  expect(restored).toMatchObject({ code: 0 })
  expect(restored.stderr.replaceAll(/\s+/g, ' ')).toContain('What was set for its next start stays set for it')
  expect(await inspect('waits')).toMatchObject({
    ...{ state: 'running', spec: { env: { A: '1' }, hostname: null } },
    pending: { spec: { env: { A: '1', B: '2' }, hostname: 'later' } },
  })
  await joey('restart', 'waits')
  expect((await joey('exec', 'waits', 'sh', '-c', 'echo $A $B; hostname')).stdout).toBe('1 2\nlater\n')
  expect((await inspect('waits'))?.pending).toBeNull()
})

describe.each(['container', 'gvisor', 'microvm'])('another image in the class %s', (own) => {
  test('has the same disk over it, with a snapshot that leads back', async () => {
    const [base, other] = [`base-${own}`, `other-${own}:1`]
    await startSleeper(base)
    await joey('exec', base, 'sh', '-c', 'echo new >/of-image; mkdir /both; echo image >/both/in-image')
    const file = join(folder, `${own}.tar`)
    expect(await joey('export', base, '--format', 'docker', '--name', other, '-o', file)).toMatchObject({ code: 0 })
    expect(await joey('image', 'import', file)).toMatchObject({ code: 0, stdout: `${other}\n` })

    const name = `moved-${own}`
    await startSleeper(name, '--class', own, '--stop-timeout', '0')
    await joey('exec', name, 'sh', '-c', 'echo mine >/written; mkdir /both; echo mine >/both/mine')
    expect(await joey('set', name, `image=${other}`)).toMatchObject({ code: 1, stdout: '' })
    const plan = await json<ChangePlan>('set', name, `image=${other}`, '--restart', '--dry-run')
    expect(plan).toMatchObject({
      restarts: true,
      keepsSnapshot: true,
      fields: [{ field: 'image', effect: 'recreated' }],
    })
    const { kept } = await json<{ kept: string }>('set', name, `image=${other}`, '--restart')
    expect(await inspect(name)).toMatchObject({ state: 'running', image: other })
    const all = await joey('exec', name, 'sh', '-c', 'cat /of-image /written; ls /both')
    expect(all.stdout).toBe('new\nmine\nin-image\nmine\n')
    expect(await joey('snapshot', 'restore', kept)).toMatchObject({ code: 0 })
    expect(await inspect(name)).toMatchObject({ state: 'running', image: 'busybox' })
    const back = await joey('exec', name, 'sh', '-c', 'cat /of-image /written; ls /both')
    expect(back.stdout).toBe('mine\nmine\n')
  })
})

test('a volume is added and taken away with the next start, and is in use as soon as it is asked for', async () => {
  await startSleeper('keeper', '-v', '/own')
  const own = (await inspect('keeper'))?.spec.volumes[0]
  expect(await joey('set', 'keeper', 'volume+=set-data:/data')).toMatchObject({
    ...{ code: 0, stdout: 'volumes:  with its next start\n' },
  })
  expect(await joey('volume', 'rm', 'set-data')).toMatchObject({ code: 1, stderr: expect.stringContaining('keeper') })
  await joey('restart', '-t', '0', 'keeper')
  expect(await joey('exec', 'keeper', 'sh', '-c', 'echo kept >/data/file; test -d /own')).toMatchObject({ code: 0 })
  expect((await inspect('keeper'))?.spec.volumes).toEqual([own, expect.objectContaining({ volume: 'set-data' })])

  expect(await joey('set', 'keeper', 'volume-=/data', '--restart')).toMatchObject({ code: 0 })
  expect(await joey('exec', 'keeper', 'test', '-e', '/data/file')).toMatchObject({ code: 1 })
  await joey('set', 'keeper', 'volume+=set-data:/again', '--restart')
  expect(await joey('exec', 'keeper', 'cat', '/again/file')).toMatchObject({ stdout: 'kept\n' })
  expect(await joey('set', 'keeper', 'volume+=other:/own/..')).toMatchObject({ code: 64 })
})
