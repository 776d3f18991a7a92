import { expect, test } from 'vitest'
import { mostParts } from '../storage/images/image-parts.ts'
import { longestChain, requireMountable } from './layer-references.ts'

test.each([
  ['a short path', '/var/lib/joey', '/run/joey'],
  ['the path of an account', `/home/${'x'.repeat(30)}/.local/share/joey`, '/run/user/1000/joey'],
  ['a long path', `/${'x'.repeat(100)}`, `/${'x'.repeat(100)}/run`],
])('the longest chain of layers can be mounted over an image of the most parts, with %s', (_what, home, run) => {
  const [layers, images] = [`${home}/layers`, `${run}/images`]
  const chain = Array.from({ length: longestChain(layers, images) }, () => `${layers}/0123456789ab/tree`)
  const parts = Array.from({ length: mostParts }, () => `${images}/0123456789abcdef`)
  expect(chain.length).toBeGreaterThanOrEqual(4)
  expect(() => requireMountable([...chain, ...parts], 'box')).not.toThrow()
})
