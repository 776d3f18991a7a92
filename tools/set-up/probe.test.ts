import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findMissing, findProgram, isStaticallyLinked, parseLibraryCache } from './probe.ts'
import type { Requirement } from './requirements.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-set-up-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A 64-bit ELF header followed by program headers of these types. */
function elf(...types: readonly number[]): string {
  const file = Buffer.alloc(64 + 56 * types.length)
  file.write('\x7fELF\x02', 'latin1')
  file.writeBigUInt64LE(64n, 32)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(types.length, 56)
  types.forEach((type, index) => file.writeUInt32LE(type, 64 + 56 * index))
  const path = join(folder, 'program')
  writeFileSync(path, file)
  return path
}

test('a program is found in the folders of PATH', () => {
  writeFileSync(join(folder, 'joey-tool'), '', { mode: 0o755 })
  expect(findProgram('joey-tool', `/nowhere:${folder}`)).toBe(join(folder, 'joey-tool'))
})

test('a file that cannot be executed, or a folder, is no program', () => {
  writeFileSync(join(folder, 'joey-tool'), '', { mode: 0o644 })
  expect(findProgram('joey-tool', folder)).toBeUndefined()
  expect(findProgram(folder.split('/').at(-1)!, tmpdir())).toBeUndefined()
})

test('programs for administrators are found although PATH lacks their folder', () => {
  expect(findProgram('sh', '')).toMatch(/bin\/sh$/)
})

test('a program without an interpreter is statically linked', () => {
  expect(isStaticallyLinked(elf(1, 1, 4))).toBe(true)
  expect(isStaticallyLinked(elf(6, 3, 1))).toBe(false)
})

test('what is no ELF file, or one that is cut short, is not statically linked', () => {
  const script = join(folder, 'script')
  writeFileSync(script, '#!/bin/sh\n')
  expect(isStaticallyLinked(script)).toBe(false)
})

test("the loader's cache is read", () => {
  const listing =
    '2 libs found in cache\n\tlibdrm.so.2 (libc6,x86-64) => /lib/libdrm.so.2\n\tlibz.so (libc6) => /lib/libz.so\n'
  expect([...parseLibraryCache(listing)]).toEqual(['libdrm.so.2', 'libz.so'])
})

test('only what is missing is reported', async () => {
  const there: Requirement = { probe: { kind: 'program', name: 'sh' }, debianPackage: 'dash', purpose: 'agent' }
  const missing: Requirement = {
    probe: { kind: 'library', name: 'libno.so.0' },
    debianPackage: 'libno',
    purpose: 'window',
  }
  expect(await findMissing([there, missing])).toEqual([missing])
})
