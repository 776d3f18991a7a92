import { expect, test } from 'vitest'
import { sentence } from '../sentence.ts'

test('what a restore loses of files is said in a size that people read, and not that all of it is a change', () => {
  const { message } = sentence('loses-files', { snapshot: 'before', entries: 1524, kibibytes: 8090, size: '7.9 MiB' })
  expect(message).toBe(
    'What was written to its files since the snapshot "before" (1524 entries, 7.9 MiB, also where it is what was there before), unless it is kept as a snapshot first.',
  )
  expect(sentence('loses-files', { snapshot: '' }).message).toBe(
    'What was written to its files since it was created, unless it is kept as a snapshot first.',
  )
})
