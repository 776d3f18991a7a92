import { expect, test } from 'vitest'
import { findAsset, mimeTypeOf } from './asset-path.ts'

test.each([
  ['/', '/app/renderer/index.html'],
  ['/index.html', '/app/renderer/index.html'],
  ['/assets/a%20b.js', '/app/renderer/assets/a b.js'],
])('%s is a file of the app', (pathname, expected) => {
  expect(findAsset('/app/renderer', pathname)).toBe(expected)
})

test.each([
  ['/../main/index.cjs'],
  ['/%2e%2e/main/index.cjs'],
  ['/..%2fmain/index.cjs'],
  ['/assets/..%2f..%2f..%2fetc/passwd'],
  ['/..%5cmain'],
  ['/a\\..\\b'],
  ['/index.html%00.js'],
  ['/%'],
  ['/./'],
  ['//etc/passwd/..'],
])('%s is refused', (pathname) => {
  expect(findAsset('/app/renderer', pathname)).toBeUndefined()
})

test('a sibling folder whose name only starts alike is outside', () => {
  expect(findAsset('/app/renderer', '/..%2Frenderer-secret/x.js')).toBeUndefined()
})

test('each kind of file of the app has its type, others have none', () => {
  expect(mimeTypeOf('a.js')).toContain('text/javascript')
  expect(mimeTypeOf('a.CSS')).toContain('text/css')
  expect(mimeTypeOf('passwd')).toBeUndefined()
})
