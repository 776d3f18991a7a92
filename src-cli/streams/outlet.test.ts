import { expect, test, vi } from 'vitest'
import { recordOutput } from '../testing/record-output.ts'
import { createOutlet } from './outlet.ts'

function setUp() {
  const flow = { pause: vi.fn(), resume: vi.fn() }
  return { flow, outlet: createOutlet(() => flow) }
}

test('a full output pauses the source until it has drained', () => {
  const { flow, outlet } = setUp()
  const output = recordOutput()
  output.fill()
  outlet.write(output, 'a')
  outlet.write(output, 'b')
  expect(flow.pause).toHaveBeenCalledTimes(1)
  expect(flow.resume).not.toHaveBeenCalled()
  output.drain()
  expect(flow.resume).toHaveBeenCalledTimes(1)
})

test('of two full outputs both must drain', () => {
  const { flow, outlet } = setUp()
  const [first, second] = [recordOutput(), recordOutput()]
  first.fill()
  second.fill()
  outlet.write(first, 'a')
  outlet.write(second, 'b')
  first.drain()
  expect(flow.resume).not.toHaveBeenCalled()
  second.drain()
  expect(flow.resume).toHaveBeenCalledTimes(1)
})

test('flushed resolves when everything has left', async () => {
  const { outlet } = setUp()
  const output = recordOutput()
  await outlet.flushed()
  output.fill()
  const written = vi.fn()
  outlet.write(output, 'a', written)
  let flushed = false
  const flushing = outlet.flushed().then(() => {
    flushed = true
  })
  await Promise.resolve()
  expect([flushed, written.mock.calls.length]).toEqual([false, 0])
  output.drain()
  await flushing
  expect(written).toHaveBeenCalledTimes(1)
})
