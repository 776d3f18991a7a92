import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Grant, IsolationClass } from '#contract/sandbox'
import { SelfTestReport } from '#contract/selftest'
import { run } from '../../base/process/run.ts'
import { evaluate, type Subject } from './evaluate.ts'
import type { Observation, Observed } from './observation.ts'
import { probeRules } from './probes.ts'

const host = { boot: 'host-boot', kernel: '6.1', version: '#1 host' }
const subject = (isolationClass: IsolationClass, more: Partial<Subject> = {}): Subject => {
  return { class: isolationClass, grants: [], secrets: new Set(['joey-canary-1']), host, ...more }
}
const seen = (what: Observation['seen'], found = ''): Omit<Observation, 'id'> => ({
  seen: what,
  errno: 0,
  found,
  detail: 'Seen.',
})

function observed(id: string, observation: Omit<Observation, 'id'>, boot = 'guest-boot'): Observed {
  const beginning = { id: 'begin' as const, nonce: 'n', kernel: '5.0', version: '#2 guest', boot }
  return { beginning, observations: new Map([[id, { id, ...observation }]]), complete: true, foreign: 0 }
}

function evaluated(id: string, observation: Omit<Observation, 'id'>, about: Subject, boot?: string) {
  return evaluate(observed(id, observation, boot), about).find((result) => result.id === id)
}

test.skipIf(process.arch !== 'x64')('the rules are exactly about what the probe tries', async () => {
  const program = fileURLToPath(new URL('../../../resources/inside/x64/joey-inside', import.meta.url))
  const { stdout } = await run(program, ['--list'])
  const tried = stdout.trim().split('\n')
  expect(probeRules.map(({ id }) => id).sort()).toEqual(tried.sort())
  expect(new Set(tried).size).toBe(tried.length)
  expect(tried.length).toBeGreaterThanOrEqual(41)
})

test('every probe gives one result in the form of the contract, whatever the guest printed', () => {
  const results = evaluate(
    { beginning: null, observations: new Map(), complete: false, foreign: 0 },
    subject('container'),
  )
  expect(results.map(({ outcome }) => outcome)).not.toContain('pass')
  expect(results.length).toBe(probeRules.length + 1)
  expect(SelfTestReport.shape.results.safeParse(results).success).toBe(true)
})

test('refused is a pass, carried out is a failure', () => {
  expect(evaluated('kernel.bpf', seen('blocked'), subject('container'))?.outcome).toBe('pass')
  expect(evaluated('kernel.bpf', seen('succeeded'), subject('container'))?.outcome).toBe('fail')
})

test('what was granted still fails, and the result names the grant', () => {
  const grants: Grant[] = [
    { kind: 'cap', name: 'SYS_ADMIN' },
    { kind: 'cap', name: 'NET_ADMIN' },
  ]
  const result = evaluated('privileges.mount', seen('succeeded'), subject('container', { grants }))
  expect(result?.outcome).toBe('fail')
  expect(result?.detail).toContain('It was granted: cap:SYS_ADMIN.')
})

test('what a guest does to a kernel of its own is not held against it', () => {
  for (const isolationClass of ['gvisor', 'microvm'] as const) {
    expect(evaluated('kernel.bpf', seen('succeeded'), subject(isolationClass))?.outcome).toBe('notApplicable')
  }
})

test('a class that should have a kernel of its own and has not fails, and nothing is excused', () => {
  const results = evaluate(observed('kernel.bpf', seen('succeeded'), host.boot), subject('microvm'))
  expect(results.find(({ id }) => id === 'kernel.own')?.outcome).toBe('fail')
  expect(results.find(({ id }) => id === 'kernel.bpf')?.outcome).toBe('fail')
})

test('a kernel that does not report when it was started is recognised by its build', () => {
  const results = evaluate(observed('kernel.bpf', seen('succeeded'), ''), subject('gvisor'))
  expect(results.find(({ id }) => id === 'kernel.own')?.outcome).toBe('pass')
})

test('a lookalike of a canary inside the sandbox is no way out', () => {
  const about = subject('container')
  expect(evaluated('files.by-path', seen('succeeded', 'joey-canary-2'), about)?.outcome).toBe('pass')
  expect(evaluated('files.by-path', seen('succeeded', 'joey-canary-1'), about)?.outcome).toBe('fail')
  expect(evaluated('network.host-loopback', seen('succeeded', 'joey-canary-1'), subject('microvm'))?.outcome).toBe(
    'fail',
  )
})

test('a device that the rules let through fails even where there is none', () => {
  expect(evaluated('devices.kvm', seen('absent'), subject('container'))?.outcome).toBe('fail')
  expect(evaluated('devices.kvm', seen('absent'), subject('microvm'))?.outcome).toBe('pass')
})

test('more capabilities than usual fail by name', () => {
  const about = subject('container')
  expect(evaluated('privileges.capabilities', seen('succeeded', '00000000000405fb'), about)?.outcome).toBe('pass')
  const more = evaluated('privileges.capabilities', seen('succeeded', '00000000002405fb'), about)
  expect(more).toMatchObject({ outcome: 'fail', detail: expect.stringContaining('SYS_ADMIN') })
  expect(evaluated('privileges.capabilities', seen('succeeded', 'nonsense'), about)?.outcome).toBe('notApplicable')
})

test('an attempt that was killed by the filter is refused; one that ended otherwise reports nothing', () => {
  const about = subject('container')
  expect(evaluated('kernel.bpf', { ...seen('crashed'), detail: 'Signal 31.' }, about)?.outcome).toBe('pass')
  expect(evaluated('kernel.bpf', { ...seen('crashed'), detail: 'Signal 11.' }, about)?.outcome).toBe('notApplicable')
  expect(evaluated('kernel.bpf', seen('timeout'), about)?.outcome).toBe('notApplicable')
})
