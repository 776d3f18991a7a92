import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createReserve, reserveBytes } from './reserve.ts'

const gibibyte = 1024 ** 3
let home: string
let file: string
let free: number
const log = { warn: vi.fn() }

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-reserve-'))
  file = join(home, 'reserve')
  free = gibibyte
  log.warn.mockReset()
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const open = () => createReserve({ file, log, room: () => free })
const sizeNow = () => statSync(file).size
const full = () => Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })

test('it is really on the disk, and open to its owner alone', async () => {
  await open().renew()

  const { size, blocks, mode } = statSync(file)
  expect(size).toBe(reserveBytes)
  expect(blocks * 512).toBeGreaterThanOrEqual(reserveBytes)
  expect(mode & 0o777).toBe(0o600)
})

test('it is not made where it would be what fills the disk', async () => {
  free = 2 * reserveBytes
  await open().renew()

  expect(existsSync(file)).toBe(false)
})

test('one that was half made is made anew', async () => {
  writeFileSync(file, 'half')
  await open().renew()

  expect(sizeNow()).toBe(reserveBytes)
})

test('on a full disk it is given up before the work, and made anew after it', async () => {
  const reserve = open()
  await reserve.renew()
  free = 0
  const seen = await reserve.lend(async () => {
    const size = sizeNow()
    free = gibibyte
    return size
  })
  await reserve.close()

  expect(seen).toBe(0)
  expect(sizeNow()).toBe(reserveBytes)
})

test('with room enough the work does not touch it', async () => {
  const reserve = open()
  await reserve.renew()

  expect(await reserve.lend(async () => sizeNow())).toBe(reserveBytes)
})

test.each([
  ['the records find the disk full', full()],
  ['a file finds it full', Object.assign(new Error('write'), { code: 'ENOSPC' })],
  ['a quota is used up', Object.assign(new Error('write'), { code: 'EDQUOT' })],
])('where %s, the work is done once more with its room', async (_what, error) => {
  const reserve = open()
  await reserve.renew()
  const sizes: number[] = []
  const answer = await reserve.lend(async () => {
    sizes.push(sizeNow())
    if (sizes.length === 1) throw error
    return 'done'
  })

  expect([answer, sizes]).toEqual(['done', [reserveBytes, 0]])
})

test('the work is not done a third time', async () => {
  const work = vi.fn(() => Promise.reject(full()))

  await expect(open().lend(work)).rejects.toThrow('disk is full')
  expect(work).toHaveBeenCalledTimes(2)
})

test('what fails for another reason is not repeated', async () => {
  const work = vi.fn(() => Promise.reject(new Error('no such sandbox')))

  await expect(open().lend(work)).rejects.toThrow('no such sandbox')
  expect(work).toHaveBeenCalledOnce()
})

test('it is not made anew while other work still needs its room', async () => {
  const reserve = open()
  await reserve.renew()
  free = 0
  const gate = Promise.withResolvers<void>()
  const slow = reserve.lend(() => gate.promise)
  await reserve.lend(async () => undefined)
  free = gibibyte
  await reserve.renew()
  expect(sizeNow()).toBe(0)
  gate.resolve()
  await slow
  await reserve.close()

  expect(sizeNow()).toBe(reserveBytes)
})

test('a failure of its own keeps nobody from removing', async () => {
  rmSync(home, { recursive: true })
  const reserve = open()
  await reserve.renew()

  expect(await reserve.lend(async () => 'removed')).toBe('removed')
  await reserve.close()
  expect(log.warn).toHaveBeenCalled()
})
