import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { field, limits, phase, target, toGuest, toHost } from './protocol.ts'

test('the guest’s header and this module have the same names and numbers', () => {
  const header = readFileSync(join(import.meta.dirname, '../../../../resources/guest/source/protocol.h'), 'utf8')
  const inGuest = Object.fromEntries(
    [...header.matchAll(/^\t([A-Z_0-9]+) = (0x[0-9a-f]+|\d+),$/gm)].map(([, name, value]) => [name, Number(value)]),
  )
  const prefixed = (prefix: string, group: Readonly<Record<string, number>>) =>
    Object.entries(group).map(([name, value]) => [`${prefix}${name}`, value] as const)
  const here = Object.fromEntries([
    ...prefixed('', limits),
    ...prefixed('TO_GUEST_', toGuest),
    ...prefixed('TO_HOST_', toHost),
    ...prefixed('FIELD_', field),
    ...prefixed('TARGET_', target),
    ...prefixed('PHASE_', phase),
  ])
  expect(here).toEqual(inGuest)
})
