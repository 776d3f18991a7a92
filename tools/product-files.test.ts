import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { productFilesCheck } from './check.ts'
import { npmBinary, root } from './paths.ts'
import { run } from './process/run.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-product-files-'))
  copyFileSync(join(root, 'knip.product.json'), join(folder, 'knip.product.json'))
  put('package.json', '{"name": "planted", "type": "module"}')
  put('src-agent/index.ts', "import './reached.ts'\n")
  put('src-agent/reached.ts', 'export const reached = 1\n')
  put('src-agent/reached.test.ts', "import './reached.ts'\n")
  put('src-agent/files/helper.entry.ts', "import './by-helper.ts'\n")
  put('src-agent/files/by-helper.ts', 'export const byHelper = 1\n')
  put('src-agent/testing/kit.ts', 'export const kit = 1\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function put(file: string, code: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), code)
}

const checkFiles = () => run(npmBinary('knip'), productFilesCheck, { cwd: folder, timeoutMs: 60_000 })

test('product files, the programs beside them, tests and testing folders pass', { timeout: 120_000 }, async () => {
  expect(await checkFiles()).toMatchObject({ code: 0 })
})

test('a product file that only tests reach is found, also where a testing folder reaches it', {
  timeout: 120_000,
}, async () => {
  put('src-agent/only-tested.ts', 'export const onlyTested = 1\n')
  put('src-agent/only-tested.test.ts', "import './only-tested.ts'\n")
  put('src-agent/only-by-testing.ts', 'export const onlyByTesting = 1\n')
  put('src-agent/testing/kit.ts', "import '../only-by-testing.ts'\n")
  put('src-agent/testing/program.entry.ts', "import '../only-by-testing.ts'\n")
  const { code, stdout } = await checkFiles()
  expect(code).not.toBe(0)
  expect(stdout).toContain('src-agent/only-tested.ts')
  expect(stdout).toContain('src-agent/only-by-testing.ts')
  expect(stdout).not.toContain('reached.ts')
})
