import { expect, test, vi } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import type { Driver } from '../../engines/driver.ts'
import { createMeasureClasses, type MeasureClassesDeps } from './measure-classes.ts'

const signal = new AbortController().signal
const driver = {} as Driver

function setUp(more: Partial<MeasureClassesDeps> = {}) {
  const alive = new Set<string>()
  const made: string[] = []
  const deps: MeasureClassesDeps = {
    sandboxes: {
      async create({ spec }) {
        made.push(spec.class)
        alive.add(spec.class)
        return { id: spec.class } as unknown as Sandbox
      },
      async remove(ref) {
        alive.delete(ref)
        return { id: ref }
      },
    },
    drivers: () => [
      ['container', driver],
      ['gvisor', driver],
    ],
    measure: vi.fn(async () => undefined),
    ...more,
  }
  return { measure: createMeasureClasses(deps), alive, made, deps }
}

test('each class is measured once, one after the other, and nothing is left', async () => {
  const { measure, alive, made, deps } = setUp()
  await Promise.all([measure(signal), measure(signal)])
  expect(made).toEqual(['container', 'gvisor'])
  expect(deps.measure).toHaveBeenCalledTimes(2)
  expect(alive.size).toBe(0)
})

test('a measurement that fails leaves no sandbox, and the next one is made anew', async () => {
  const { measure, alive, made } = setUp({
    measure: vi.fn(async () => undefined).mockRejectedValueOnce(new Error('no')),
  })
  await expect(measure(signal)).rejects.toThrow('no')
  expect(alive.size).toBe(0)
  await measure(signal)
  expect(made).toEqual(['container', 'container', 'gvisor'])
})
