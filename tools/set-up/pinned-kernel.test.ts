import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pinnedKernel } from '../../src-agent/engines/microvm/guest/pinned-kernel.ts'
import { root } from '../paths.ts'

test('package.json names the version of the package that carries the pinned kernel, and no range', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>
  }
  expect(manifest.optionalDependencies[pinnedKernel.packageName]).toBe(pinnedKernel.packageVersion)
})
