import { expect, test } from 'vitest'
import { createKeyedLock } from './keyed-lock.ts'

test('work on one key is done in order, and a failure does not stop the next', async () => {
  const lock = createKeyedLock()
  const done: string[] = []
  const first = lock.run('a', async () => {
    await Promise.resolve()
    done.push('first')
    throw new Error('broken')
  })
  const second = lock.run('a', async () => done.push('second'))
  await expect(first).rejects.toThrow('broken')
  await second
  expect(done).toEqual(['first', 'second'])
})

test('another key does not wait', async () => {
  const lock = createKeyedLock()
  const never = lock.run('a', () => new Promise<void>(() => undefined))
  await expect(lock.run('b', async () => 'done')).resolves.toBe('done')
  void never
})
