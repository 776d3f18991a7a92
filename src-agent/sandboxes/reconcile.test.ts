import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import { type IsolationClass, SandboxSpec, type SandboxState } from '#contract/sandbox'
import { sentence } from '#contract/sentence'
import type { Driver } from '../engines/driver.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { newRecord } from './new-record.ts'
import { reconcile } from './reconcile.ts'
import type { SandboxService } from './sandbox-service.ts'

let home: string
let records: Map<string, SandboxRecord>
let unreadable: string[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-reconcile-'))
  records = new Map()
  unreadable = []
  for (const folder of ['oci', 'sandboxes', 's']) mkdirSync(join(home, folder))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const service = { hosts: { rewriteAll: async () => {} } } as unknown as SandboxService
const networkReconcile = vi.fn(async (_running: readonly unknown[]) => [])

function depsWith(drivers: readonly Partial<Driver>[]): Parameters<typeof reconcile>[0] {
  return {
    networkRecords: { get: () => undefined },
    records: {
      all: () => [...records.values()],
      get: (id: string) => records.get(id),
      put: (record: SandboxRecord) => records.set(record.sandbox.id, record),
      pendingRemovals: () => [],
      unreadable: () => unreadable.map((id) => ({ id })),
    },
    folder: {
      home,
      run: home,
      runtimeRoot: join(home, 'oci'),
      sandbox: (id: string) => ({ folder: join(home, 'sandboxes', id) }),
    },
    drivers: new Map(drivers.map((driver) => [driver.class, driver])),
    network: { reconcile: networkReconcile },
    limitedDisks: { openAll: async () => {}, remove: async () => {} },
    log: { warn: () => {}, error: () => {} },
  } as unknown as Parameters<typeof reconcile>[0]
}

function add(name: string, wanted: IsolationClass, state: SandboxState): SandboxRecord {
  const spec = SandboxSpec.parse({ image: 'busybox', class: wanted, networkName: 'shared' })
  const image = { reference: 'busybox', digest: 'sha256:0' }
  const deps = { records: { get: () => undefined }, now: () => new Date(0) }
  const record = newRecord(deps as never, { name, spec, argv: ['sh'], image, state: 'starting' })
  const lease = { netnsPath: '/n', address: '10.0.0.2', interface: 'jy0a1b2cx2', users: null }
  const full = { ...record, lease, sandbox: { ...record.sandbox, state, address: '10.0.0.2' } }
  records.set(record.sandbox.id, full)
  mkdirSync(join(home, 'sandboxes', record.sandbox.id))
  return full
}

test.each(['running', 'stopped', 'starting'] as const)(
  'a sandbox that is %s in a class that is not offered now is kept with all it has, and reported',
  async (state) => {
    const record = add('web', 'gvisor', state)
    const messages = await reconcile(depsWith([]), service)
    expect(messages).toMatchObject([{ message: expect.stringContaining('"web" is kept') }])
    expect(records.get(record.sandbox.id)).toBe(record)
    expect(existsSync(join(home, 'sandboxes', record.sandbox.id))).toBe(true)
    const networks = [expect.objectContaining({ name: 'shared', address: null })]
    expect(networkReconcile).toHaveBeenLastCalledWith([expect.objectContaining({ networks })])
  },
)

test('one whose class is being changed is left to that change', async () => {
  const phase = vi.fn()
  const record = add('web', 'container', 'changing')
  expect(await reconcile(depsWith([{ class: 'container', phase }]), service)).toEqual([])
  expect(records.get(record.sandbox.id)).toBe(record)
  expect(phase).not.toHaveBeenCalled()
})

test('one that cannot be taken up again is reported and keeps nobody else from it', async () => {
  const [broken, fine] = [add('broken', 'container', 'stopped'), add('fine', 'container', 'stopped')]
  const phase = vi.fn(async (id: string) => {
    if (id === broken.sandbox.id)
      throw new AppError({ code: 'engine', reason: 'state-unreadable', message: 'The runtime said nothing.' })
    return 'absent' as const
  })
  const messages = await reconcile(depsWith([{ class: 'container', phase }]), service)
  expect(messages).toMatchObject([{ message: '"broken" could not be taken up again: The runtime said nothing.' }])
  expect(phase).toHaveBeenCalledWith(fine.sandbox.id)
})

test('of what nobody knows every engine is asked to take its own, and one that fails stops nothing', async () => {
  const [known, stranger, bystander] = [add('web', 'gvisor', 'stopped').sandbox.id, 'aaaa0000bbbb', 'cccc0000dddd']
  mkdirSync(join(home, 'oci', stranger))
  mkdirSync(join(home, 'other-engine'))
  writeFileSync(join(home, 'other-engine/eeee0000ffff_sandbox:eeee0000ffff.state'), '')
  for (const id of [stranger, bystander, 'not-an-id']) mkdirSync(join(home, 'sandboxes', id))
  const remove = vi.fn(async () => {})
  const failing = vi.fn(async (id: string) => {
    if (id === bystander) throw new Error('busy')
  })
  const drivers = [
    { name: 'crun', class: 'container' as const, remove },
    { name: 'qemu', class: 'microvm' as const, remove: failing },
  ]
  const messages = await reconcile(depsWith(drivers), service)
  expect(remove.mock.calls).toEqual([
    [stranger, expect.anything()],
    ['eeee0000ffff', expect.anything()],
    [bystander, expect.anything()],
  ])
  expect(messages).toContainEqual(sentence('found-stranger', { id: stranger, removed: 'yes' }))
  expect(messages).toContainEqual(sentence('found-stranger', { id: bystander, removed: 'no' }))
  expect(['not-an-id', stranger, bystander, known].map((id) => existsSync(join(home, 'sandboxes', id)))).toEqual([
    false,
    false,
    true,
    true,
  ])
})

test('what belongs to a record that cannot be read is no leftover', async () => {
  unreadable = ['aaaa0000bbbb']
  for (const folder of ['oci', 'sandboxes', 's']) mkdirSync(join(home, folder, 'aaaa0000bbbb'))
  const remove = vi.fn(async () => {})

  const messages = await reconcile(depsWith([{ name: 'crun', class: 'container', remove }]), service)

  expect(messages).toEqual([])
  expect(remove).not.toHaveBeenCalled()
  expect(['oci', 'sandboxes', 's'].map((folder) => existsSync(join(home, folder, 'aaaa0000bbbb')))).toEqual([
    true,
    true,
    true,
  ])
})
