import { expect, test } from 'vitest'
import { readHardLimits } from './own-limits.ts'

test('hard limits are read by their names, and what is unlimited is none', () => {
  const text = [
    'Limit                     Soft Limit           Hard Limit           Units',
    'Max cpu time              unlimited            unlimited            seconds',
    'Max core file size        0                    0                    bytes',
    'Max open files            1024                 524288               files',
    'Max pending signals       96364                96364                signals',
  ].join('\n')
  expect(readHardLimits(text)).toMatchObject({ cpu: null, core: 0, nofile: 524_288, sigpending: 96_364, as: null })
  expect(readHardLimits().nofile).toBeGreaterThan(0)
})
