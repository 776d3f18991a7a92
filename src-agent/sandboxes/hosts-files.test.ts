import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { UserNetwork } from '#contract/network'
import { onNetworks } from '#contract/networks-of'
import type { AgentEvent } from '#contract/observe'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { createHostsFiles, type HostsFiles, rewriteFile } from './hosts-files.ts'
import { newRecord } from './new-record.ts'

type Context = Parameters<typeof createHostsFiles>[0]

let folder: string
let ending: AbortController
let records: Map<string, SandboxRecord>
let networks: Map<string, Partial<UserNetwork>>
let hosts: HostsFiles
let listener: (event: AgentEvent) => void
const refreshFiles = vi.fn(async (_id: string) => {})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-hosts-'))
  ending = new AbortController()
  records = new Map()
  networks = new Map()
  refreshFiles.mockReset().mockResolvedValue(undefined)
  hosts = createHostsFiles({
    records: { all: () => [...records.values()], get: (id: string) => records.get(id) },
    networkRecords: { get: (name: string) => networks.get(name) },
    events: {
      subscribe: (each: typeof listener) => {
        listener = each
        return () => {}
      },
    },
    folder: { sandbox: (id: string) => ({ folder: join(folder, id) }) },
    drivers: new Map([
      ['container', {}],
      ['microvm', { refreshFiles }],
    ]),
    log: { warn: () => {} },
    signal: ending.signal,
  } as unknown as Context)
})
afterEach(() => {
  ending.abort()
  rmSync(folder, { recursive: true, force: true })
})

let count = 0
function add(name: string, more: Partial<Sandbox> = {}, networkName: string | null = 'shared'): SandboxRecord {
  count += 1
  const deps = { records: { get: () => undefined }, now: () => new Date(count) }
  const spec = { ...SandboxSpec.parse({ image: 'busybox' }), networkName }
  const image = { reference: 'busybox', digest: 'sha256:0' }
  const record = newRecord(deps as never, { name, spec, argv: ['sh'], image, state: 'starting' })
  mkdirSync(join(folder, record.sandbox.id, 'etc'), { recursive: true })
  return put({
    ...record,
    sandbox: { ...record.sandbox, state: 'running', address: `10.0.0.${count + 1}`, ...more },
  })
}

function put(record: SandboxRecord): SandboxRecord {
  records.set(record.sandbox.id, record)
  listener({ type: 'sandbox.changed', seq: 1, at: '', sandbox: record.sandbox })
  return record
}

const change = (record: SandboxRecord, more: Partial<Sandbox>) =>
  put({ ...record, sandbox: { ...record.sandbox, ...more } })
const pathOf = ({ sandbox }: SandboxRecord) => join(folder, sandbox.id, 'etc/hosts')
const namesIn = (record: SandboxRecord) =>
  readFileSync(pathOf(record), 'utf8')
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('\t')[1])

test('who comes, goes, or gets another name is written to all on its network, and to nobody else', async () => {
  const [one, other, elsewhere] = [add('one'), add('other'), add('elsewhere', {}, 'another')]
  await hosts.settled()
  expect([namesIn(one), namesIn(other), namesIn(elsewhere)]).toEqual([
    ['one', 'other'],
    ['other', 'one'],
    ['elsewhere'],
  ])
  const renamed = change(other, { name: 'renamed' })
  await hosts.settled()
  expect(namesIn(one)).toEqual(['one', 'renamed'])
  const left = change(renamed, { spec: { ...renamed.sandbox.spec, networkName: 'another' } })
  await hosts.settled()
  expect([namesIn(one), namesIn(left), namesIn(elsewhere)]).toEqual([
    ['one'],
    ['renamed', 'elsewhere'],
    ['elsewhere', 'renamed'],
  ])
  change(left, { state: 'stopped', address: null })
  await hosts.settled()
  expect(namesIn(elsewhere)).toEqual(['elsewhere'])
})

test('the file stays the same one, and is never found empty', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'x'.repeat(100_000))
  const { ino } = statSync(path)
  await rewriteFile(path, 'short\n')
  expect(statSync(path).ino).toBe(ino)
  expect(readFileSync(path, 'utf8')).toBe('short\n')
})

test('what a guest has written there itself stays until the names change', async () => {
  const one = add('one')
  await hosts.settled()
  writeFileSync(pathOf(one), 'mine\n')
  change(one, { pid: 5 })
  await hosts.settled()
  expect(readFileSync(pathOf(one), 'utf8')).toBe('mine\n')
  add('other')
  await hosts.settled()
  expect(namesIn(one)).toEqual(['one', 'other'])
})

test('a guest with copies gets a message, a paused one when it goes on, and not again for nothing', async () => {
  const guest = add('guest', { class: 'microvm' })
  await hosts.settled()
  expect(refreshFiles).toHaveBeenCalledTimes(1)
  const paused = change(guest, { state: 'paused' })
  add('other')
  await hosts.settled()
  expect(refreshFiles).toHaveBeenCalledTimes(1)
  change(paused, { state: 'running' })
  await hosts.settled()
  expect(refreshFiles).toHaveBeenCalledTimes(2)
  add('elsewhere', {}, 'another')
  await hosts.settled()
  expect(refreshFiles).toHaveBeenCalledTimes(2)
})

test('a guest that does not answer, or refuses, holds up nobody for long', async () => {
  refreshFiles.mockReturnValueOnce(new Promise(() => {})).mockRejectedValueOnce(new Error('no'))
  add('deaf', { class: 'microvm' })
  add('rude', { class: 'microvm' })
  const one = add('one')
  const begun = performance.now()
  await hosts.settled()
  expect(performance.now() - begun).toBeLessThan(5_000)
  expect(refreshFiles).toHaveBeenCalledTimes(2)
  expect(namesIn(one)).toEqual(['one', 'deaf', 'rude'])
})

test('a folder that is gone meanwhile is no failure', async () => {
  const [one, gone] = [add('one'), add('gone')]
  rmSync(join(folder, gone.sandbox.id), { recursive: true })
  await expect(hosts.rewriteAll()).resolves.toBeUndefined()
  expect(namesIn(one)).toEqual(['one', 'gone'])
})

test('of several networks each brings its own, by the address that they have there; an isolated one brings nobody', async () => {
  networks.set('apart', { isolated: true })
  const spec = (...names: string[]) => ({ ...SandboxSpec.parse({ image: 'busybox' }), ...onNetworks(names) })
  const web = add('web', { spec: spec('front', 'back') })
  add('front', { spec: spec('front'), address: '10.0.0.71' })
  add('back', {
    spec: { ...spec('back'), networkAliases: ['db'] },
    addresses: [{ network: 'back', address: '10.9.0.5' }],
  })
  add('other', { spec: spec('other') })
  const lonely = add('lonely', { spec: spec('apart') })
  add('near', { spec: spec('apart') })
  await hosts.settled()
  expect(readFileSync(pathOf(web), 'utf8')).toMatch(/\n10\.0\.0\.71\tfront\n10\.9\.0\.5\tback db\n$/)
  expect(namesIn(lonely)).toHaveLength(1)
})
