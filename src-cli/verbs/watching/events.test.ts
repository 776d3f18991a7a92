import { expect, test } from 'vitest'
import { notice } from '#contract/notice'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { describeEvent, readEventFilters } from './events.ts'

test('a notice is said in the language of the person', () => {
  const event = { ...notice('packet-filter-restored'), seq: 7, at: '1970-01-01T00:00:00.000Z' }

  expect(describeEvent(event, null)).toMatch(/ {2}7 {2}notice {2}Another program had removed/)
  expect(describeEvent(event, pseudoLanguage)).toContain('[packet-filter-restored: Another program')
})

test('a type of events that there is not is refused with those that there are', () => {
  expect(() => readEventFilters(['type=sandboxes'])).toThrow(/sandbox, sandbox\.changed, sandbox\.removed, image/)
  expect(() => readEventFilters(['type=sandbox', 'type=volume.removed', 'type=notice'])).not.toThrow()
})
