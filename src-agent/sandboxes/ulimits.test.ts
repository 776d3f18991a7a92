import { expect, test } from 'vitest'
import { readHardLimits } from '../base/kernel/own-limits.ts'
import { clampedUlimits, ulimitsOf } from './ulimits.ts'

const limits = readHardLimits(
  'Max open files 1024 4096 files\nMax core file size 0 0 bytes\nMax pending signals 100 100 signals\n',
)

test.each<[string, 'container' | 'gvisor' | 'microvm', object[]]>([
  ['nofile=1024:2048', 'container', [{ name: 'nofile', soft: 1024, hard: 2048 }]],
  ['nofile=1024:9999', 'container', [{ name: 'nofile', soft: 1024, hard: 4096 }]],
  ['nofile=-1:-1', 'gvisor', [{ name: 'nofile', soft: 4096, hard: 4096 }]],
  ['nofile=-1:-1', 'microvm', [{ name: 'nofile', soft: 1_048_576, hard: 1_048_576 }]],
  ['core=-1:-1', 'container', [{ name: 'core', soft: 0, hard: 0 }]],
  ['core=-1:-1', 'microvm', [{ name: 'core', soft: null, hard: null }]],
  ['sigpending=80:90', 'container', [{ name: 'sigpending', soft: 50, hard: 50 }]],
  ['stack=-1:-1', 'container', [{ name: 'stack', soft: null, hard: null }]],
])('%s in the class %s is within what there is', (ulimit, own, given) => {
  expect(ulimitsOf({ ulimits: [ulimit], class: own }, limits)).toEqual(given)
})

test('the last of a name counts, and only what is less is told', () => {
  const spec = { ulimits: ['nofile=1:1', 'stack=5:6', 'nofile=9999:9999'], class: 'container' as const }
  expect(ulimitsOf(spec, limits)).toEqual([
    { name: 'nofile', soft: 4096, hard: 4096 },
    { name: 'stack', soft: 5, hard: 6 },
  ])
  expect(clampedUlimits(spec, limits)).toEqual({ wanted: 'nofile=1:1, nofile=9999:9999', given: 'nofile=4096:4096' })
  expect(clampedUlimits({ ...spec, ulimits: ['stack=5:6'] }, limits)).toBeNull()
  expect(clampedUlimits({ ...spec, ulimits: [] }, limits)).toBeNull()
})
