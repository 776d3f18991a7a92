import { describe, expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import type { Sandbox, SpecChange } from '#contract/sandbox'
import { SandboxSpec } from '#contract/sandbox'
import { firstError, type PlanRequest, planFields, withChange } from './change-plan.ts'

const spec = SandboxSpec.parse({
  image: 'busybox',
  networkName: 'lan',
  env: { A: '1' },
  ports: [{ hostPort: 80, guestPort: 80 }],
})
const running = {
  ...{ name: 'web', class: 'container', state: 'running', spec, pending: null },
  ports: [{ hostPort: 80, guestPort: 80 }],
} as unknown as Sandbox

function request(change: SpecChange, more: Partial<PlanRequest> = {}): PlanRequest {
  const { sandbox = running } = more
  return { sandbox, after: withChange(spec, change), restart: false, isConnected: true, errors: [], ...more }
}
const effects = (...given: Parameters<typeof request>) =>
  Object.fromEntries(planFields(request(...given)).fields.map(({ field, effect }) => [field, effect]))
const stopped: Sandbox = { ...running, state: 'stopped', ports: [] }

describe('when a field has another value', () => {
  const change: SpecChange = { labels: { a: '' }, env: {}, ports: [], networkName: null, limits: { cpus: 1 } }
  test('of one that runs is said of each field', () => {
    expect(effects(change)).toEqual({
      ...{ labels: 'live', ports: 'live', networkName: 'live', limits: 'live', env: 'nextStart' },
    })
  })
  test('is now where it may be started again', () => {
    expect(effects(change, { restart: true })).toMatchObject({ env: 'recreated', ports: 'live' })
  })
  test('is the next start of one at rest, but for what only its record needs', () => {
    expect(effects(change, { sandbox: stopped })).toEqual({
      ...{ labels: 'live', ports: 'nextStart', networkName: 'nextStart', limits: 'nextStart', env: 'nextStart' },
    })
  })
  test('is the next start for ports of one that has no network yet', () => {
    expect(effects({ ports: [] }, { isConnected: false })).toEqual({ ports: 'nextStart' })
  })
  test('is compared with what waits for the next start already', () => {
    const sandbox: Sandbox = { ...running, pending: { spec: { env: {} }, argv: [] } }
    expect(effects({ env: {} }, { sandbox })).toEqual({})
    expect(effects({ env: { A: '1' } }, { sandbox })).toEqual({ env: 'nextStart' })
  })
})

describe('what a change costs', () => {
  test('is nothing where nothing differs', () => {
    expect(planFields(request({ env: { A: '1' } }))).toMatchObject({
      ...{ fields: [], restarts: false, keepsSnapshot: false, lost: [], problems: [] },
    })
  })
  test('is memory and connections where it is started again, and the disk is kept first', () => {
    const plan = planFields(request({ env: {} }, { restart: true }))
    expect(plan).toMatchObject({ restarts: true, keepsSnapshot: true })
    expect(plan.lost).toHaveLength(2)
  })
  test('is the connections with those on the network that it leaves', () => {
    expect(planFields(request({ networkName: null })).lost).toEqual([
      'Connections with the sandboxes on the network "lan"',
    ])
  })
  test('is nothing for who is connected by a port that is no longer published', () => {
    expect(planFields(request({ ports: [] })).problems).toMatchObject([{ level: 'note' }])
  })
  test('of another image is a snapshot, also at rest', () => {
    expect(planFields(request({ image: 'other' }, { sandbox: stopped }))).toMatchObject({
      ...{ restarts: false, keepsSnapshot: true, problems: [{ level: 'note', reason: 'change-image-below' }] },
    })
  })
})

describe('what forbids a change', () => {
  const forbids = (...given: Parameters<typeof request>) => {
    const asked = request(...given)
    const plan = planFields(asked)
    return [firstError(asked, plan)?.wire.reason, plan.problems.filter(({ level }) => level === 'blocks').length]
  }
  test('is another image while it runs, unless it may be started again', () => {
    expect(forbids({ image: 'other' })).toEqual(['change-needs-restart', 1])
    expect(forbids({ image: 'other' }, { restart: true })).toEqual([undefined, 0])
  })
  test('is that it would be removed when it is stopped for it', () => {
    const sandbox: Sandbox = { ...running, spec: { ...spec, removeOnExit: true } }
    expect(forbids({ env: {}, removeOnExit: true }, { sandbox, restart: true })).toEqual(['removed-on-exit', 1])
    expect(forbids({ labels: {}, removeOnExit: true }, { sandbox, restart: true })).toEqual([undefined, 0])
  })
  test('is what was found of it', () => {
    const errors = [appError('port-taken', { port: 80, by: 'sandbox' })]
    expect(forbids({ labels: {} }, { errors })).toEqual(['port-taken', 1])
  })
})
