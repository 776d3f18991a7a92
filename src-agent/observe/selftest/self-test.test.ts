import { expect, test, vi } from 'vitest'
import { Sandbox, SandboxSpec } from '#contract/sandbox'
import { openDatabase } from '../../state/database.ts'
import { killsCaused, openSelfTestRecords } from '../../state/records/self-test-records.ts'
import { openTestQuarantine } from '../../testing/quarantine.ts'
import { createSelfTest, outputBytes, type SelfTestDeps } from './self-test.ts'

const nonceOf = (argv: readonly string[]) => argv[argv.indexOf('--nonce') + 1] ?? ''
const line = (id: string, seen: string) => JSON.stringify({ id, seen, errno: 0, found: '', detail: 'Seen.' })

function output(argv: readonly string[], lines: readonly string[]): string {
  const nonce = nonceOf(argv)
  const first = JSON.stringify({ id: 'begin', nonce, kernel: '6.1', version: '#1', boot: 'b' })
  return [first, ...lines, JSON.stringify({ id: 'end', count: lines.length, nonce })].join('\n')
}

function sandboxWith(more: Partial<Sandbox> = {}): Sandbox {
  const spec = SandboxSpec.parse({ image: 'busybox', class: 'container' })
  const named = { id: 'aaaa0000bbbb', name: 'calm-fox', class: 'container', state: 'running', image: 'busybox', spec }
  const run = {
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: '2026-01-01T00:00:00Z',
    exit: null,
    engine: 'crun',
    pid: 1,
  }
  const rest = { imageDigest: 'sha256:1', argv: ['sh'], address: null, ports: [], selfTest: null }
  return { ...Sandbox.parse({ ...named, ...run, ...rest }), ...more }
}

function setUp(more: Partial<SelfTestDeps> = {}) {
  const database = openDatabase(':memory:')
  const records = openSelfTestRecords(database, openTestQuarantine(database))
  const state = { sandbox: sandboxWith(), lines: [line('kernel.bpf', 'blocked')], kills: [0], link: '' }
  const disposed = vi.fn(async () => undefined)
  const keep = vi.fn<SelfTestDeps['keep']>(async () => undefined)
  const deps: SelfTestDeps = {
    records,
    now: () => new Date('2026-01-02T00:00:00Z'),
    log: { warn: vi.fn(), info: vi.fn() },
    find: () => state.sandbox,
    run: async (_sandbox, argv) => ({ code: 0, output: argv[1] === '--plant' ? '' : output(argv, state.lines) }),
    stage: async () => ({
      secrets: new Set(['joey-canary-1']),
      marker: '/home/canary',
      addresses: ['127.0.0.1:1'],
      abstracts: ['x'],
      dispose: disposed,
    }),
    hostSubject: () => null,
    readTree: async () => Buffer.from(state.link),
    countOomKills: async () => state.kills.shift() ?? 0,
    surroundings: async () => ({ siblings: [], sockets: [], disks: [] }),
    host: { boot: 'b', kernel: '6.1', version: '#1' },
    roots: { proc: '/nowhere', cgroups: '/nowhere' },
    keep,
    ...more,
  }
  return { records, selfTest: createSelfTest(deps), state, disposed, keep }
}

const signal = () => new AbortController().signal

test('a report is kept, shown as a badge, and read again', async () => {
  const { selfTest, keep, disposed } = setUp()
  expect(selfTest.read('calm-fox')).toBeNull()
  const report = await selfTest.run('calm-fox', signal())
  expect(selfTest.read('calm-fox')).toEqual(report)
  expect(keep).toHaveBeenCalledWith(
    expect.anything(),
    { at: report.at, passed: 2, failed: 0, notApplicable: expect.any(Number) },
    null,
  )
  expect(disposed).toHaveBeenCalledOnce()
})

test('what passed before and fails now is named', async () => {
  const { selfTest, state, keep } = setUp()
  await selfTest.run('calm-fox', signal())
  state.lines = [line('kernel.bpf', 'succeeded'), line('kernel.kexec', 'succeeded')]
  const { drift } = await selfTest.run('calm-fox', signal())
  // What had not been tried before is a failure, but none that is new for sure.
  expect(drift).toEqual(['kernel.bpf'])
  expect(keep.mock.lastCall?.[2]).toMatchObject({ reason: 'self-test-drift', params: { name: 'calm-fox', more: 0 } })
  expect(keep.mock.lastCall?.[2]?.message).toContain('Load programs into the kernel (bpf)')
  expect((await selfTest.run('calm-fox', signal())).drift).toEqual([])
})

test('only a running sandbox is checked', async () => {
  const { selfTest, state } = setUp()
  state.sandbox = sandboxWith({ state: 'stopped' })
  await expect(selfTest.run('calm-fox', signal())).rejects.toMatchObject({
    wire: { code: 'conflict', reason: 'self-test-needs-running' },
  })
})

test('a sandbox that ends the test before its first word is reported, and no report is made of it', async () => {
  const { selfTest, disposed } = setUp({ run: async () => ({ code: 0, output: 'nonsense' }) })
  await expect(selfTest.run('calm-fox', signal())).rejects.toMatchObject({ wire: { reason: 'self-test-silent' } })
  expect(selfTest.read('calm-fox')).toBeNull()
  expect(disposed).toHaveBeenCalledOnce()
})

test('a test that is cut off passes nothing that it did not try', async () => {
  const cut = async (_sandbox: Sandbox, argv: readonly string[]) => {
    const whole =
      argv[1] === '--plant' ? '' : output(argv, [line('kernel.bpf', 'blocked'), line('kernel.kexec', 'blocked')])
    return { code: 137, output: whole.split('\n').slice(0, 2).join('\n') }
  }
  const { results } = await setUp({ run: cut }).selfTest.run('calm-fox', signal())
  expect(results.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id)).toEqual(['kernel.bpf'])
})

test('words that the probe does not have end the check, whatever else they say', async () => {
  const { selfTest, state } = setUp()
  state.lines = [line('kernel.bpf', 'blocked'), line('kernel.kexec', 'pass')]
  await expect(selfTest.run('calm-fox', signal())).rejects.toMatchObject({ wire: { reason: 'self-test-meddled-with' } })
})

test('a link that the agent follows is a failure', async () => {
  const { selfTest, state } = setUp()
  state.link = 'joey-canary-1\n'
  const { results } = await selfTest.run('calm-fox', signal())
  expect(results.find(({ id }) => id === 'files.planted-link')?.outcome).toBe('fail')
})

test('a report tells what this machine has seen itself from what root of the sandbox could have forged', async () => {
  const { spec } = sandboxWith()
  const hostSubject = () => ({ class: 'container' as const, pid: 1, cgroup: '/x', limits: spec.limits, grants: [] })
  const { results } = await setUp({ hostSubject }).selfTest.run('calm-fox', signal())
  const fromHost = results.filter(({ seenFrom }) => seenFrom === 'host').map(({ id }) => id)
  expect(fromHost.toSorted()).toEqual([
    ...['limits.memory-in-force', 'limits.processes-in-force', 'neighbours.namespaces', 'privileges.main-capabilities'],
    ...['privileges.main-filter', 'privileges.main-no-new-privileges'],
  ])
  expect(results.filter(({ seenFrom }) => seenFrom === undefined)).toEqual([])
})

test('kills that the test caused are counted for the run, and not for the next', async () => {
  const { records, selfTest, state } = setUp()
  state.kills = [2, 3, 3, 5]
  await selfTest.run('calm-fox', signal())
  await selfTest.run('calm-fox', signal())
  const startedAt = state.sandbox.startedAt
  expect(killsCaused(records, state.sandbox.id, startedAt)).toBe(3)
  expect(killsCaused(records, state.sandbox.id, '2026-01-03T00:00:00Z')).toBe(0)
})

test('a report is about the sandbox as it was: a change of its grants makes it old', async () => {
  const { selfTest, state } = setUp()
  await selfTest.run('calm-fox', signal())
  expect(selfTest.isCurrent(state.sandbox)).toBe(true)
  const spec = { ...state.sandbox.spec, grants: [{ kind: 'host-network' as const }] }
  expect(selfTest.isCurrent({ ...state.sandbox, spec })).toBe(false)
})

test('the probe gets places to try and never a secret', async () => {
  const calls: (readonly string[])[] = []
  const run: SelfTestDeps['run'] = async (_sandbox, argv, options) => {
    calls.push(argv)
    expect(options.maxBytes).toBeLessThanOrEqual(outputBytes)
    return { code: 0, output: argv[1] === '--plant' ? '' : output(argv, []) }
  }
  await setUp({ run }).selfTest.run('calm-fox', signal())
  expect(calls.map((argv) => argv[1])).toEqual(['--plant', '--plant', '--nonce'])
  expect(calls.flat().join(' ')).not.toContain('joey-canary-1')
  expect(calls[2]).toEqual(expect.arrayContaining(['--marker', '/home/canary', '--canary', '127.0.0.1:1']))
})
