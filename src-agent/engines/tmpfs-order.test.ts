import { expect, test } from 'vitest'
import { orderTmpfs } from './tmpfs-order.ts'

const at = (target: string) => ({ target, sizeBytes: null })
const mount = (target: string) => ({ target }) as never

test('what lies in a mount comes after it, all others before, and outer ones before inner ones', () => {
  const tmpfs = ['/data/a/b', '/run/x', '/data/a', '/run', '/database'].map(at)
  const { before, after } = orderTmpfs({ tmpfs, mounts: [mount('/data')] })
  expect(before.map(({ target }) => target)).toEqual(['/run', '/database', '/run/x'])
  expect(after.map(({ target }) => target)).toEqual(['/data/a', '/data/a/b'])
})
