import i18next from 'i18next'
import { expect, test } from 'vitest'
import { startI18n } from '../copy/i18n.ts'
import { estimateTexts } from './estimate.ts'

startI18n()
const texts = (startMs: number | null, memoryOverheadBytes: number | null, systemCallFactor: number | null) =>
  Object.values(estimateTexts({ startMs, memoryOverheadBytes, systemCallFactor, measuredHere: true }, i18next.t))

test.each([
  ['what is unknown is said to be', [null, null, null], ['not measured yet', 'not measured yet', 'not measured yet']],
  ['a container costs next to nothing', [43, 0, 1], ['40 ms', 'next to none', 'as on the host']],
  ['a slow one is shown in seconds', [1840, 64 * 1024 ** 2, 2.34], ['1.8 s', '64 MiB', '2.3× as long']],
  ['large factors have no digits', [7, 1024, 31.6], ['7 ms', '1 KiB', '32× as long']],
] as const)('%s', (_rule, [start, memory, calls], expected) => {
  expect(texts(start, memory, calls)).toEqual(expected)
})
