import { beforeEach, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import type { UsageSample } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import { Schedule, type Snapshot } from '#contract/snapshot'
import type { ScheduleRecord } from '../state/records/schedule-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { createScheduleService } from './schedule-service.ts'

const web = { id: 'aaaaaaaaaaaa', name: 'web', state: 'running', startedAt: null, exit: null } as unknown as Sandbox
let minute: number
let taken: string[]
let notices: string[]
let sandbox: Sandbox
let fails: boolean

beforeEach(() => {
  minute = 0
  taken = []
  notices = []
  sandbox = web
  fails = false
})

function setUp(schedule: Partial<Schedule>) {
  const schedules = new Map<string, ScheduleRecord>()
  const snapshots = new Map<string, SnapshotRecord>()
  const now = () => new Date(Date.UTC(2026, 4, 1, 0, minute))
  const service = createScheduleService({
    schedules: {
      all: () => schedules,
      get: (id) => schedules.get(id),
      put: (id, record) => void schedules.set(id, record),
      remove: (id) => void schedules.delete(id),
    },
    snapshotRecords: {
      all: () => [...snapshots.values()],
      get: (id) => snapshots.get(id),
      put() {},
      remove() {},
      unreadable: () => [],
    },
    snapshots: {
      async take({ reason, live }) {
        if (fails) throw new AppError({ code: 'conflict', reason: 'no-space', message: 'The disk is full.' })
        const id = `${taken.length}`
        taken.push(`${minute} ${reason}${live ? ' live' : ''}`)
        const snapshot = { id, sandboxId: web.id, reason, createdAt: now().toISOString(), labels: {}, state: 'ready' }
        snapshots.set(id, { snapshot: snapshot as unknown as Snapshot, layers: [], stateKey: null, stateSums: {} })
        return snapshot as unknown as Snapshot
      },
      async remove(id) {
        snapshots.delete(id)
        return { freedBytes: 1 }
      },
    },
    readSnapshotUsage: async () => [],
    findSandbox: () => sandbox,
    sandboxes: () => [sandbox],
    notice: ({ message }) => notices.push(message),
    log: { warn() {} },
    now,
    signal: new AbortController().signal,
  })
  const tickTo = async (end: number, cpuCores = 1) => {
    for (; minute <= end; minute += 1) await service.tick([{ id: web.id, cpuCores } as UsageSample])
  }
  const signal = new AbortController().signal
  const set = () => service.handlers.setSchedule({ ref: 'web', schedule: Schedule.parse(schedule) }, signal)
  return { service, snapshots, tickTo, set, signal }
}

test('the clock makes one whenever its time has come, and the rules thin them out', async () => {
  const { set, tickTo, snapshots } = setUp({ everyMinutes: 10, keep: { last: 2, hourly: 0, daily: 0 } })
  await set()
  await tickTo(45)
  expect(taken).toEqual(['10 schedule', '20 schedule', '30 schedule', '40 schedule'])
  expect([...snapshots.keys()]).toEqual(['2', '3'])
})

test('one that has not run since the last one is left alone', async () => {
  const { set, tickTo } = setUp({ everyMinutes: 10 })
  sandbox = { ...web, state: 'stopped', startedAt: '2026-04-30T00:00:00.000Z' }
  await set()
  await tickTo(30)
  expect(taken).toEqual([])
})

test('idle for so long makes one, and the next only after it was busy again', async () => {
  const { set, tickTo } = setUp({ idleMinutes: 5 })
  await set()
  await tickTo(3, 0.5)
  await tickTo(30, 0.001)
  await tickTo(31, 0.5)
  await tickTo(40, 0)
  expect(taken).toEqual(['9 idle', '37 idle'])
})

test('before a stop only where that is requested, with memory where that is', async () => {
  const without = setUp({ everyMinutes: 10 })
  await without.set()
  await without.service.beforeStop('web', without.signal)
  expect(taken).toEqual([])
  const chosen = setUp({ beforeStop: true, live: true })
  await chosen.set()
  await chosen.service.beforeStop('web', chosen.signal)
  expect(taken).toEqual(['0 before-stop live'])
})

test('one that fails is reported, and tried again when its time comes the next time', async () => {
  const { set, tickTo } = setUp({ everyMinutes: 10 })
  await set()
  fails = true
  await tickTo(19)
  expect(notices).toEqual(['No snapshot of "web" could be made by its schedule: The disk is full.'])
  fails = false
  await tickTo(20)
  expect(taken).toEqual(['20 schedule'])
})

test('a dry run of prune removes nothing', async () => {
  const { set, tickTo, service, snapshots, signal } = setUp({
    everyMinutes: 1,
    keep: { last: 1, hourly: 0, daily: 0 },
  })
  await set()
  await tickTo(1)
  snapshots.set('old', {
    ...(snapshots.get('0') as SnapshotRecord),
    snapshot: { ...(snapshots.get('0') as SnapshotRecord).snapshot, id: 'old', createdAt: '2020-01-01T00:00:00.000Z' },
  })
  const dry = await service.handlers.pruneSnapshots({ dryRun: true }, signal)
  expect(dry.removed.map(({ id }) => id)).toEqual(['old'])
  expect(snapshots.has('old')).toBe(true)
  await service.handlers.pruneSnapshots({ dryRun: false }, signal)
  expect(snapshots.has('old')).toBe(false)
})

test('what a person could remove, and why the rules remove something, travels with what makes it in other languages', async () => {
  const { service, snapshots, tickTo, set, signal } = setUp({
    everyMinutes: 10,
    keep: { last: 2, hourly: 0, daily: 0 },
  })
  await set()
  await tickTo(20)
  const [newest] = [...snapshots.values()].slice(-1)
  if (newest) snapshots.set('1', { ...newest, snapshot: { ...newest.snapshot, ...damaged } })
  await service.handlers.setSchedule({ ref: 'web', schedule: null }, signal)
  const { advice, adviceWordings } = await service.handlers.pruneSnapshots({ dryRun: true }, signal)
  expect(advice).toEqual(['"old" of "web" is damaged and cannot be restored. Remove it.'])
  expect(adviceWordings).toEqual([{ reason: 'prune-damaged', params: { snapshot: 'old', sandbox: 'web' } }])
})

const damaged = { name: 'old', sandboxName: 'web', state: 'damaged' } as const
