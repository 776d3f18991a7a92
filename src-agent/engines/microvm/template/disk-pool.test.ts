import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDiskPool } from './disk-pool.ts'

const root = { uid: 0, gid: 0, mode: 0o755 }

describe('disks in waiting', () => {
  let home: string
  let made: number
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'joey-disks-'))
    made = 0
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  const folder = () => join(home, 'disks')
  const warn = vi.fn()
  const makeDisk = async ({ disk }: { readonly disk: string }) => {
    made += 1
    writeFileSync(disk, `disk ${made}`)
  }
  const create = (make: (request: { disk: string; signal: AbortSignal }) => Promise<void> = makeDisk) =>
    createDiskPool({ folder: folder(), disks: { makeDisk: make }, log: { warn } })
  const filled = async () => {
    const pool = create()
    pool.refill()
    await expect.poll(() => readdirSync(folder()).length).toBe(2)
    await expect.poll(() => made).toBe(2)
    return pool
  }

  test('are given to one sandbox each, and none is left for the third', async () => {
    const pool = await filled()
    const wished = ['a', 'b', 'c'].map((name) => join(home, name))
    const given = await Promise.all(wished.map((disk) => pool.take(disk, root)))
    expect(given).toEqual([true, true, false])
    expect(new Set(wished.slice(0, 2).map((disk) => readFileSync(disk, 'utf8')))).toEqual(new Set(['disk 1', 'disk 2']))
    expect(existsSync(join(home, 'c'))).toBe(false)
    expect(readdirSync(folder())).toEqual([])
  })

  test('are made again when they are requested, and not before', async () => {
    const pool = await filled()
    await pool.take(join(home, 'a'), root)
    expect(made).toBe(2)
    pool.refill()
    pool.refill()
    await pool.close()
    expect(made).toBeLessThanOrEqual(3)
  })

  test('have the usual root, and do not serve another', async () => {
    const pool = await filled()
    for (const other of [{ uid: 1 }, { gid: 1 }, { mode: 0o700 }]) {
      expect(await pool.take(join(home, 'a'), { ...root, ...other })).toBe(false)
    }
    expect(await pool.take(join(home, 'a'), root)).toBe(true)
  })

  test('that an agent before left are removed, whole or in the making', async () => {
    mkdirSync(folder())
    for (const name of ['old.ext4', 'old.ext4.part']) writeFileSync(join(folder(), name), 'old')
    const pool = create()
    await pool.close()
    expect(readdirSync(folder())).toEqual([])
  })

  test('that have become too large for the medium are thrown away', async () => {
    const pool = await filled()
    for (const name of readdirSync(folder())) truncateSync(join(folder(), name), 2 ** 43)
    expect(await pool.take(join(home, 'a'), root)).toBe(false)
    expect(readdirSync(folder())).toEqual([])
  })

  test('that somebody has removed are not missed', async () => {
    const pool = await filled()
    const [first = ''] = readdirSync(folder())
    rmSync(join(folder(), first))
    expect(await pool.take(join(home, 'a'), root)).toBe(true)
    expect(await pool.take(join(home, 'b'), root)).toBe(false)
  })

  test('that cannot be made are said, and do not stand in the way', async () => {
    warn.mockClear()
    const pool = create(() => Promise.reject(new Error('no')))
    pool.refill()
    await expect.poll(() => warn).toHaveBeenCalledTimes(1)
    expect(await pool.take(join(home, 'a'), root)).toBe(false)
    await pool.close()
  })

  test('in the making are given up when the agent leaves, without a word', async () => {
    warn.mockClear()
    const started = Promise.withResolvers<void>()
    const pool = create(({ signal }) => {
      started.resolve()
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
    })
    pool.refill()
    await started.promise
    await pool.close()
    expect(warn).not.toHaveBeenCalled()
  })
})
