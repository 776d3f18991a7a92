import { expect, test, vi } from 'vitest'
import { fakeContext } from '../../testing/fake-context.ts'
import { imagePrune } from './image-upkeep.ts'

const old = { digest: `sha256:${'a'.repeat(64)}`, names: [] }
const run = (given: object, removed: readonly (typeof old)[] = [old]) => {
  const pruneImages = vi.fn(async () => ({ removed: [...removed], freedBytes: 5 }))
  const made = fakeContext('', { pruneImages } as never)
  const flags = { all: false, json: false, verbose: false, help: false, force: false, 'dry-run': false, ...given }
  return { ...made, pruneImages, code: imagePrune.run({ operands: [], flags }, made.context) }
}

test('without a terminal images go by force alone', async () => {
  const { code, pruneImages } = run({})
  await expect(code).rejects.toThrow('--force')
  expect(pruneImages).toHaveBeenCalledExactlyOnceWith({ all: false, dryRun: true })
})

test('by force they go without a question', async () => {
  const { code, pruneImages, stdout } = run({ force: true })
  expect(await code).toBe(0)
  expect(pruneImages).toHaveBeenCalledExactlyOnceWith({ all: false, dryRun: false })
  expect(stdout.text()).toBe('aaaaaaaaaaaa  -\n')
})

test('what would go is shown, and nothing to remove is no question', async () => {
  const { code, pruneImages } = run({ 'dry-run': true })
  expect(await code).toBe(0)
  expect(pruneImages).toHaveBeenCalledExactlyOnceWith({ all: false, dryRun: true })
  expect(await run({}, []).code).toBe(0)
})
