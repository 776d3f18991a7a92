import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { say } from '#contract/language'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { usualShmBytes } from '#contract/words'
import type { LaunchPlan } from '../../driver.ts'
import { clearState, memoryFile, readState, sealState } from './machine-state.ts'

const shape = { memoryMebibytes: 256, cpus: 1, disks: 2, network: true }

describe('the state of a machine', () => {
  let folder: string
  let state: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'joey-state-'))
    state = join(folder, 'state')
    mkdirSync(state)
    for (const name of ['image', 'disk']) writeFileSync(join(folder, name), name)
    writeFileSync(memoryFile(state), 'the memory')
    await sealState(state, 'key', plan(), shape)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const plan = (more: object = {}): LaunchPlan =>
    ({
      lowerFiles: [join(folder, 'image')],
      paths: { disk: join(folder, 'disk') },
      process: { tty: false },
      netns: '/netns',
      diskBytes: null,
      readOnlyRoot: false,
      dropped: [],
      tmpfs: [],
      shmBytes: usualShmBytes,
      users: null,
      grants: [],
      mounts: [],
      ...more,
    }) as unknown as LaunchPlan
  const reasonOf = async (read: Promise<unknown>): Promise<string> =>
    read.then(
      () => 'fits',
      (error) => error.wire?.reason ?? String(error),
    )

  test('is read as it was sealed', async () => {
    expect(await readState(state, 'key', plan())).toMatchObject({ shape, diskBytes: [5, 4], memoryBytes: 10 })
  })

  test.each<[string, object, string]>([
    ['another number of layers', { lowerFiles: [] }, 'state-differs'],
    ['a terminal that was none', { process: { tty: true } }, 'state-differs'],
    ['a root that became read-only', { readOnlyRoot: true }, 'state-differs'],
    ['a capability more', { grants: [{ kind: 'cap', name: 'SYS_ADMIN' }] }, 'state-differs'],
    ['a mount', { mounts: [{}] }, 'state-differs'],
    ['no network any more', { netns: null }, 'fits'],
    ['a grant that does not reach the guest', { grants: [{ kind: 'host-path', path: '/x', access: 'ro' }] }, 'fits'],
  ])('and a plan with %s', async (_what, more, outcome) => {
    expect(await reasonOf(readState(state, 'key', plan(more)))).toBe(outcome)
  })

  test('says of each difference how it was, in the language of the person', async () => {
    const failed = readState(state, 'key', plan({ lowerFiles: [], mounts: [{}] }))
    const { wire } = AppError.from(await failed.catch((error: unknown) => error))
    expect(wire.message).toContain('cannot change. It had another number of layers. It had no mounts. Keep that')
    expect(say(wire, pseudoLanguage)).toContain('[machine-had-other-layers: It had another number of layers.]')
  })

  test('without a network does not go on with one', async () => {
    rmSync(join(state, 'machine.json'))
    await sealState(state, 'key', plan(), { ...shape, network: false })
    expect(await reasonOf(readState(state, 'key', plan()))).toBe('state-differs')
  })

  test('of another engine is distinguished from a damaged one', async () => {
    expect(await reasonOf(readState(state, 'other', plan()))).toBe('state-incompatible')
  })

  test.each<[string, () => void]>([
    ['memory that is cut off', () => truncateSync(memoryFile(state), 9)],
    ['no memory', () => rmSync(memoryFile(state))],
    ['a record that is cut off', () => truncateSync(join(state, 'machine.json'), 20)],
    ['a record with something else in it', () => writeFileSync(join(state, 'machine.json'), '{"format":1}')],
    ['no record', () => rmSync(join(state, 'machine.json'))],
    ['a disk of another size', () => writeFileSync(join(folder, 'disk'), 'longer than it was')],
    ['no disk', () => rmSync(join(folder, 'disk'))],
  ])('with %s is damaged', async (_what, damage) => {
    damage()
    expect(await reasonOf(readState(state, 'key', plan()))).toBe('state-damaged')
  })

  test('that is given up leaves an empty folder', async () => {
    writeFileSync(`${memoryFile(state)}.log`, 'words')
    await clearState(state)
    expect(readdirSync(state)).toEqual([])
  })
})
