import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  buildProbe,
  hashFile,
  hashLibrary,
  hashSources,
  type ProbeRecord,
  probeDir,
  readCompiler,
} from './build-probe.ts'

const program = join(probeDir, 'x64', 'joey-probe')
const record = JSON.parse(readFileSync(join(probeDir, 'x64', 'build.json'), 'utf8')) as ProbeRecord

test('the program that is shipped is the one on record, built from this source', () => {
  expect(hashFile(program)).toBe(record.sha256)
  expect(hashSources()).toBe(record.sourceSha256)
})

test('building it again gives the same program', async (context) => {
  const compiler = await readCompiler()
  context.skip(compiler !== record.compiler, `The compiler here is ${compiler}, that on record ${record.compiler}.`)
  context.skip((await hashLibrary()) !== record.librarySha256, 'The C library here is another.')
  const folder = mkdtempSync(join(tmpdir(), 'joey-probe-'))
  try {
    expect((await buildProbe(join(folder, 'joey-probe'))).sha256).toBe(record.sha256)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 120_000)
