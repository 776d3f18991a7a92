import { toast } from 'sonner'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import { startI18n } from '../copy/i18n.ts'
import { makeFakeJoey } from '../testing/fake-joey.ts'
import { makeSandbox } from '../testing/samples.ts'
import { actOnAll } from './sandbox-actions.ts'

startI18n()
// Files share their modules, so that only what is in them can be replaced.
const said = { success: vi.spyOn(toast, 'success'), error: vi.spyOn(toast, 'error') }
afterAll(() => vi.restoreAllMocks())

const many = Array.from({ length: 72 }, (_, at) =>
  makeSandbox({ id: at.toString(16).padStart(12, '0'), name: `box-${at}` }),
)

function removing(failing: readonly string[]) {
  const remove = ({ ref }: { readonly ref: string }) => {
    if (failing.includes(ref)) throw new AppError({ code: 'conflict', reason: 'busy', message: 'It is busy.' })
    return { id: ref }
  }
  const joey = makeFakeJoey({ calls: { 'sandbox.remove': remove } })
  Object.assign(window, { joey })
  return joey
}

beforeEach(() => {
  for (const spy of [said.success, said.error]) spy.mockReset().mockReturnValue('')
})

test('many removals are one sentence', async () => {
  const joey = removing([])
  await actOnAll('remove', many)
  expect(joey.requests).toHaveLength(72)
  expect(said.success.mock.calls).toEqual([['72 sandboxes are removed']])
  expect(said.error).not.toHaveBeenCalled()
})

test('what failed of many is one more, with names and a reason', async () => {
  removing(many.slice(0, 7).map(({ id }) => id))
  await actOnAll('remove', many)
  expect(said.success.mock.calls).toEqual([['65 sandboxes are removed']])
  expect(said.error.mock.calls).toEqual([
    [
      '7 sandboxes were not removed',
      expect.objectContaining({ description: 'box-0, box-1, box-2, box-3, box-4 …: It is busy.' }),
    ],
  ])
})
