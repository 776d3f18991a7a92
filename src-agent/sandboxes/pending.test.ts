import { expect, test } from 'vitest'
import type { ImageConfig } from '#contract/image'
import { SandboxSpec } from '#contract/sandbox'
import { keepWaiting } from './pending.ts'

const image = { entrypoint: ['/enter'], command: ['usual'] } as unknown as ImageConfig
const spec = SandboxSpec.parse({ image: 'busybox', command: ['then'], env: { A: '1' } })
const become = { spec, argv: ['/enter', 'then'], image }

test('what waits goes on waiting with the command of what the sandbox has become', () => {
  const pending = { spec: { env: { A: '2' }, hostname: 'later' }, argv: ['/enter', 'now'] }
  expect(keepWaiting(pending, become)).toEqual({ spec: pending.spec, argv: ['/enter', 'then'] })
})

test('what waits with another command has that one', () => {
  const pending = { spec: { command: ['next'], env: { A: '1' } }, argv: ['next'] }
  expect(keepWaiting(pending, become)).toEqual({ spec: { command: ['next'] }, argv: ['/enter', 'next'] })
  expect(keepWaiting({ spec: { command: null }, argv: ['x'] }, become)?.argv).toEqual(['/enter', 'usual'])
})

test('what it is already waits no more', () => {
  expect(keepWaiting({ spec: { env: { A: '1' } }, argv: ['x'] }, become)).toBeNull()
  expect(keepWaiting(null, become)).toBeNull()
})
