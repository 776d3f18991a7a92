import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './lock.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('two pieces of work never run at once', async () => {
  const file = join(folder, 'lock')
  const order: string[] = []
  const work = (name: string) => async () => {
    order.push(`${name} starts`)
    await sleep(20)
    order.push(`${name} ends`)
  }

  await Promise.all([withLock(file, work('one')), withLock(file, work('two'))])

  expect(order).toEqual(['one starts', 'one ends', 'two starts', 'two ends'])
})

test('the lock is released when the work fails', async () => {
  const file = join(folder, 'lock')
  await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(file)).toBe(false)
})

test('a lock that a dead process left is taken over', async () => {
  const file = join(folder, 'lock')
  writeFileSync(file, '2147483646') // above the highest process id of any kernel
  await expect(withLock(file, () => Promise.resolve('done'))).resolves.toBe('done')
})
