import { expect, test } from 'vitest'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { decideRestart } from './restart-policy.ts'

interface Ended {
  readonly policy: string
  readonly code?: number | null
  readonly reason?: string
  readonly restarts?: number
  /** In seconds. */
  readonly ran?: number
  readonly endWanted?: boolean
  readonly state?: string
  readonly startsAgain?: boolean
}

function ended(what: Ended) {
  const {
    policy,
    code = 1,
    reason = 'exited',
    restarts = 0,
    ran = 1,
    endWanted = false,
    startsAgain = false,
    state,
  } = what
  const startedAt = '2026-01-01T00:00:00.000Z'
  const exit = { code, reason, message: '', at: new Date(Date.parse(startedAt) + ran * 1000).toISOString() }
  const sandbox = { state: state ?? 'stopped', exit, startedAt, restarts, spec: { restartPolicy: policy } }
  return { sandbox, endWanted, startsAgain } as unknown as SandboxRecord
}

test.each<[string, Ended, boolean]>([
  ['no policy leaves it', { policy: 'no' }, false],
  ['always takes it up after a failure', { policy: 'always' }, true],
  ['always takes it up after a success', { policy: 'always', code: 0 }, true],
  ['unless-stopped takes it up after a success', { policy: 'unless-stopped', code: 0 }, true],
  ['on-failure takes it up after a failure', { policy: 'on-failure' }, true],
  ['on-failure leaves it after a success', { policy: 'on-failure', code: 0 }, false],
  ['on-failure takes up what ended where nobody saw it', { policy: 'on-failure', code: null }, true],
  ['on-failure with a number tries as often', { policy: 'on-failure:2', restarts: 1 }, true],
  ['on-failure with a number gives up then', { policy: 'on-failure:2', restarts: 2 }, false],
  ['on-failure counts anew after a long run', { policy: 'on-failure:2', restarts: 2, ran: 10 }, true],
  ['always leaves what somebody has ended', { policy: 'always', endWanted: true }, false],
  ['always leaves what somebody could not start', { policy: 'always', reason: 'start-failed', code: null }, false],
  [
    'always tries on where it could not start it itself',
    { policy: 'always', reason: 'start-failed', restarts: 1 },
    true,
  ],
  ['always leaves what runs', { policy: 'always', state: 'running' }, false],
])('%s', (_what, what, taken) => {
  expect(decideRestart(ended(what)) !== null).toBe(taken)
})

test.each<[string, Ended, boolean]>([
  ['always brings back what somebody had stopped', { policy: 'always', endWanted: true }, true],
  ['unless-stopped does not', { policy: 'unless-stopped', endWanted: true }, false],
  ['on-failure does not', { policy: 'on-failure', endWanted: true }, false],
  ['what was stopped to be started again is started', { policy: 'no', endWanted: true, startsAgain: true }, true],
  ['a start that was interrupted is repeated', { policy: 'unless-stopped', reason: 'start-failed', code: null }, true],
])('with a new agent: %s', (_what, what, taken) => {
  expect(decideRestart(ended(what), { returning: true }) !== null).toBe(taken)
})

test('waits grow to twice the last, up to a minute, and begin anew after a long run', () => {
  const waits = (what: Omit<Ended, 'policy'>) => decideRestart(ended({ policy: 'always', ...what }))
  expect([0, 1, 2, 9, 10, 5000].map((restarts) => waits({ restarts })?.waitMs)).toEqual([
    100, 200, 400, 51_200, 60_000, 60_000,
  ])
  expect(waits({ restarts: 7, ran: 10 })).toEqual({ restarts: 0, waitMs: 100 })
  expect(waits({ restarts: 7, ran: 9.9 })).toEqual({ restarts: 7, waitMs: 12_800 })
})
