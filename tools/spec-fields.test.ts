import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './paths.ts'

const most = 8

/**
 * Files of the product that name a field of a specification. What engines make of it is counted apart: every driver has to
 * say that for itself, and the conformance suite asks it.
 */
function filesThatName(field: string): readonly string[] {
  const word = new RegExp(`\\b${field}\\b`)
  return globSync('src-*/**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !/\.test\.tsx?$|\/testing\/|^src-agent\/engines\//.test(file))
    .filter((file) => word.test(readFileSync(join(root, file), 'utf8')))
}

test.each([
  ['readOnlyRoot', 'is for the engines alone'],
  ['stopGraceMs', 'is applied by the agent, with a reader of its own for its option'],
  ['removeOnExit', 'is applied by the agent in several places, and follows rules of its own in bundles and restores'],
])('%s, which %s, is named in at most 8 files', (field) => {
  const files = filesThatName(field)
  expect(files.length, files.join('\n')).toBeLessThanOrEqual(most)
  expect(files).toContain('src-contract/sandbox-fields.ts')
})
