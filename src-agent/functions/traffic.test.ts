import { expect, it } from 'vitest'
import type { FunctionRevision, JoeyFunction } from '#contract/function'
import { isReached, withRevision, withTraffic } from './traffic.ts'

const revision = (number: number): FunctionRevision => ({ number }) as FunctionRevision
const share = (number: number, percent: number, tag: string | null = null) => ({ revision: number, percent, tag })
const site = (numbers: readonly number[], traffic: JoeyFunction['traffic']): JoeyFunction => ({
  ...{ name: 'site', createdAt: '', traffic },
  revisions: numbers.map(revision),
})

it('a new revision takes all calls, and tags stay with what they name', () => {
  const before = site([2, 1], [share(2, 90), share(1, 10, 'old')])
  expect(withRevision(before, revision(3), true).traffic).toEqual([share(3, 100), share(1, 0, 'old')])
  expect(withRevision(before, revision(3), false).traffic).toEqual(before.traffic)
})

it('of the revisions that get no calls the last ten are kept', () => {
  let each = site([1], [share(1, 100)])
  for (let number = 2; number <= 20; number += 1) each = withRevision(each, revision(number), true)
  expect(each.revisions.map(({ number }) => number)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10])
})

it('shares have to make a whole, of revisions that there are, each named once', () => {
  const two = site([2, 1], [share(2, 100)])
  expect(withTraffic(two, [share(1, 30), share(2, 70, 'new')]).traffic).toHaveLength(2)
  const wrong = [
    [[share(1, 50), share(2, 49)], 'function-traffic-invalid'],
    [[share(1, 50), share(1, 50)], 'function-traffic-invalid'],
    [[share(1, 50, 'a'), share(2, 50, 'a')], 'function-traffic-invalid'],
    [[share(3, 100)], 'function-revision-not-found'],
  ] as const
  for (const [traffic, reason] of wrong)
    expect(() => withTraffic(two, traffic)).toThrow(
      expect.objectContaining({ wire: expect.objectContaining({ reason }) }),
    )
})

it('a revision is reached by a share or by a tag', () => {
  const each = site([3, 2, 1], [share(3, 100), share(2, 0, 'old')])
  expect([3, 2, 1].map((number) => isReached(each, number))).toEqual([true, true, false])
})
