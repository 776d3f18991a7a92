import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readKernelText, showText } from './kernel-text.ts'

const latin1 = (text: string) => Buffer.from(text).toString('latin1')

test('text that a guest chose is shown without what would steer the screen', () => {
  expect(showText(latin1('a\u001b[31mb\nc\u202ed'))).toBe('a\\u{1b}[31mb\\u{a}c\\u{202e}d')
  expect(showText('\xff\xfe')).toBe('\\u{fffd}\\u{fffd}')
  expect(showText(latin1('Grüße 漢字'))).toBe('Grüße 漢字')
})

test('long text is cut, and two that differ in the middle stay apart', () => {
  const long = (middle: string) => showText(`/${'a'.repeat(2000)}${middle}${'b'.repeat(2000)}`)
  expect(long('x').length).toBeLessThanOrEqual(300)
  expect(long('x')).not.toBe(long('y'))
})

test('a file that is not there is no error, and one without end is bounded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'joey-text-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'long'), 'x'.repeat(200_000))
  expect(readKernelText(join(folder, 'gone'))).toBeNull()
  expect(readKernelText(folder)).toBeNull()
  expect(readKernelText(join(folder, 'long'))).toHaveLength(200_000)
  expect(readKernelText(join(folder, 'long'), 70_000)).toHaveLength(70_000)
})
