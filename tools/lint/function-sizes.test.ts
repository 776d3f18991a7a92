import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findLargeFunctions } from './function-sizes.ts'

test('a long function and one with many parameters are found in the product, and left alone in tests', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'joey-sizes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const long = `export function long(): void {\n${'  void 0\n'.repeat(60)}}\n`
  const many = 'export function many(a: 1, b: 2, c: 3, d: 4, e: 5) { return [a, b, c, d, e] }\n'
  mkdirSync(join(folder, 'src-agent'))
  writeFileSync(join(folder, 'src-agent/a.ts'), long + many)
  writeFileSync(join(folder, 'src-agent/a.test.ts'), long)
  writeFileSync(join(folder, 'src-agent/b.ts'), 'export const few = (a: 1, b: 2, c: 3, d: 4) => [a, b, c, d]\n')

  const found = await findLargeFunctions(folder)

  expect(found).toEqual(['src-agent/a.ts: long', 'src-agent/a.ts: many'])
})
