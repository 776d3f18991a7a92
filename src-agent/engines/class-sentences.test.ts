import { describe, expect, test, vi } from 'vitest'
import type { ClassLimitation } from '#contract/classes'
import { say } from '#contract/language'
import { limitationSentences } from '#contract/sentences/limitations'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { limitationsOf } from './microvm/limitations.ts'
import { containerFlavour } from './oci/container-flavour.ts'
import type { FlavourDeps } from './oci/flavour.ts'
import { gvisorFlavour } from './oci/gvisor/gvisor-flavour.ts'

const deps = { engine: vi.fn(), host: { inside: null }, runtimeRoot: '/run' } as unknown as FlavourDeps
const setup = { version: '1', platform: 'systrap', options: [], hidesNetSettings: false }
const limitations: readonly ClassLimitation[] = [
  ...containerFlavour(deps).limitations,
  ...gvisorFlavour(deps, setup).limitations,
  ...limitationsOf('tcg', 256),
]

describe('what a class cannot do', () => {
  test.each(limitations)('is said in the language too: $reason', ({ reason: message, wording }) => {
    const reason = wording?.reason ?? ''

    expect(say({ ...wording, reason, message: '' }, null)).toBe(message)
    expect(say({ ...wording, reason, message: '' }, pseudoLanguage)).toBe(`[${reason}: ${message}]`)
  })

  test('is all that the table of limitations has', () => {
    const used = limitations.map(({ wording }) => wording?.reason ?? '')

    expect(used.sort()).toStrictEqual(Object.keys(limitationSentences).sort())
  })

  test('names the least memory of a micro-VM', () => {
    expect(limitationsOf('kvm', 256)[0]).toStrictEqual({
      feature: 'liveMemoryLimit',
      reason:
        'A running guest cannot get more memory than its machine was started with, at least 256 MiB. A lower limit is kept by the kernel of the guest.',
      wording: { reason: 'microvm-live-memory-limit', params: { leastMebibytes: 256 } },
    })
  })
})
