import { expect, test } from 'vitest'
import { shortImageName } from './image-name.ts'

test.each([
  ['busybox', 'busybox'],
  ['busybox:latest', 'busybox'],
  ['busybox:1.35', 'busybox:1.35'],
  ['localhost:5000/team/tool:latest', 'localhost:5000/team/tool'],
  [`sha256:${'b0'.repeat(32)}`, `sha256:${'b0'.repeat(32)}`],
])('%s is shown as %s', (reference, shown) => {
  expect(shortImageName(reference)).toBe(shown)
})
