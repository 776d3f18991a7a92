import { expect, test } from 'vitest'
import { sayTexts } from '#contract/language'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { createSkipped, specialWord } from './skipped.ts'

test('what was left out is reported with its path and the reason, and can be said in another language', () => {
  const left = createSkipped()
  left.add('a/pipe', specialWord('fifo'))
  left.add('a/disk', specialWord('block'))
  left.add('a/up', 'leadsOut')
  const { skipped, skippedWordings } = left.list()
  expect(skipped).toEqual([
    '/a/pipe is a named pipe.',
    '/a/disk is a device.',
    '/a/up is a link that would lead elsewhere on this machine.',
  ])
  expect(sayTexts(skipped, skippedWordings, pseudoLanguage)).toEqual(skipped.map((text) => `[copy-skipped: ${text}]`))
})

test('of very many the first thousand are reported, and how many more there are', () => {
  const left = createSkipped()
  for (let each = 0; each < 1003; each += 1) left.add(`${each}`, 'gone')
  const { skipped, skippedWordings } = left.list()
  expect([skipped.length, skippedWordings.length, skipped.at(-1)]).toEqual([1001, 1001, 'And 3 more.'])
})
