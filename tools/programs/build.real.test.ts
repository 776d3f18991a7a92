import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BuildRecord, buildProgram, findToolchain, hashFile, hashSource, programs } from './build.ts'

const toolchain = await findToolchain()

test.each(programs)('the committed $name is the one on record, made from the source beside it', (program) => {
  const record = BuildRecord.parse(JSON.parse(readFileSync(program.record, 'utf8')))
  expect(hashFile(program.binary)).toBe(record.sha256)
  expect(hashSource(program), 'Run `node tools/programs.ts` and commit the program with its source.').toBe(
    record.source,
  )
})

test.each(programs)('$name can be loaded at any address, and nothing of it is both written and run', ({ binary }) => {
  const elf = readFileSync(binary)
  expect(elf.readUInt16LE(16), 'a position-independent executable').toBe(3)
  const segments = Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = Number(elf.readBigUInt64LE(32)) + index * 56
    return { type: elf.readUInt32LE(at), flags: elf.readUInt32LE(at + 4) }
  })
  const [interpreter, relro] = [3, 0x6474_e552]
  expect(segments.map(({ type }) => type)).toContain(relro)
  expect(segments.map(({ type }) => type)).not.toContain(interpreter)
  expect(segments.filter(({ flags }) => (flags & 3) === 3)).toEqual([])
})

test.runIf(toolchain !== null).each(programs)(
  'the source of $name compiles without a warning, to the same bytes with the same tools',
  async (program) => {
    const record = BuildRecord.parse(JSON.parse(readFileSync(program.record, 'utf8')))
    const folder = mkdtempSync(join(tmpdir(), 'joey-programs-'))
    try {
      const rebuilt = join(folder, program.name)
      await buildProgram(program, rebuilt)
      const sameTools = JSON.stringify(toolchain) === JSON.stringify(record.toolchain)
      expect(sameTools ? hashFile(rebuilt) : record.sha256).toBe(record.sha256)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
