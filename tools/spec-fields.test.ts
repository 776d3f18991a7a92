import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sandboxFields } from '../src-contract/sandbox-fields.ts'
import { root } from './paths.ts'

const most = 8

/**
 * Files of the product that name a field of a specification. What engines make of it is counted apart: every driver has to
 * say that for itself, and the conformance suite asks it. So are translations: a label more for each language.
 */
function filesThatName(field: string): readonly string[] {
  const word = new RegExp(`\\b${field}\\b`)
  return globSync('src-*/**/*.{ts,tsx}', { cwd: root })
    .filter(
      (file) =>
        !/\.test\.tsx?$|\/testing\/|^src-agent\/engines\/|^src-renderer\/copy\/(?!en\/)|\/languages\//.test(file),
    )
    .filter((file) => word.test(readFileSync(join(root, file), 'utf8')))
}

/** Fields whose names are words for other things too, or that much of the product is about. */
const inManyFiles = [
  ...['image', 'class', 'command', 'entrypoint', 'env', 'cwd', 'user', 'tty', 'stdin', 'limits', 'mounts', 'grants'],
  ...['dropCapabilities', 'network', 'networkName', 'ports', 'hostname', 'labels', 'tmpfs', 'volumes', 'annotations'],
]

test.each(Object.keys(sandboxFields).filter((field) => !inManyFiles.includes(field)))(
  '%s is named in at most 8 files',
  (field) => {
    const files = filesThatName(field)
    const advice =
      `${field} is named in ${files.length} files of the product. The table in src-contract/sandbox-fields.ts is there so that ` +
      'few have to name a field: see "Adding an option of `run`" in CONTRIBUTING.md, or choose a name that stands for nothing else.'
    expect(files.length, `${advice}\n${files.join('\n')}`).toBeLessThanOrEqual(most)
    expect(files).toContainEqual(expect.stringMatching(/^src-contract\/(sandbox|resource)-fields\.ts$/))
  },
)

test('fields that are in many files are fields', () => {
  expect(inManyFiles.filter((field) => !(field in sandboxFields))).toEqual([])
})
