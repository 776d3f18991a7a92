import { expect, test } from 'vitest'
import { fullImageName } from './image-name.ts'

const digest = 'b0'.repeat(32)
test.each([
  ['busybox', 'busybox:latest'],
  ['busybox:1.35', 'busybox:1.35'],
  ['localhost:5000/team/tool', 'localhost:5000/team/tool:latest'],
  ['localhost:5000/team/tool:2', 'localhost:5000/team/tool:2'],
  [`busybox@sha256:${digest}`, `busybox@sha256:${digest}`],
  [`sha256:${digest}`, `sha256:${digest}`],
  [digest, digest],
])('%s is shown as %s', (reference, shown) => {
  expect(fullImageName(reference)).toBe(shown)
})
