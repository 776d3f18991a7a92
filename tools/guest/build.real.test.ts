import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BuildRecord, buildInit, findToolchain, hashFile, hashSource, initProgram, initRecord } from './build.ts'

const record = BuildRecord.parse(JSON.parse(readFileSync(initRecord, 'utf8')))
const toolchain = await findToolchain()

test('the committed init is the one on record, made from the source beside it', () => {
  expect(hashFile(initProgram)).toBe(record.sha256)
  expect(hashSource(), 'Run `node tools/guest.ts` and commit the program with its source.').toBe(record.source)
})

test.runIf(toolchain !== null)(
  'the source compiles without a warning, to the same bytes with the same tools',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joey-init-'))
    try {
      const rebuilt = join(folder, 'joey-init')
      await buildInit(rebuilt)
      const sameTools = JSON.stringify(toolchain) === JSON.stringify(record.toolchain)
      expect(sameTools ? hashFile(rebuilt) : record.sha256).toBe(record.sha256)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
