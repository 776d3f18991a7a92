import { expect, test } from 'vitest'
import { SandboxName } from '#contract/sandbox'
import { suggestName } from './suggest-name.ts'

test('every suggestion is a valid name', () => {
  for (let index = 0; index < 24; index++) {
    expect(SandboxName.safeParse(suggestName(new Set(), () => index / 24)).success).toBe(true)
  }
})

test('a name that is taken is not suggested, however unlucky the draw', () => {
  const taken = new Set(['amber-banksia', 'amber-banksia-2'])
  expect(suggestName(taken, () => 0)).toBe('amber-banksia-3')
})
