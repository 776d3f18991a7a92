import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findInheritedFiles, hideInheritedFiles } from './inherited-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-fd-'))
  mkdirSync(folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('only files that outlive an exec count, and never the standard three', () => {
  for (const [fd, flags] of [
    [0, '0100000'],
    [4, '02100002'],
    [58, '0100000'],
    [251, '00'],
  ] as const)
    writeFileSync(join(folder, String(fd)), `pos:\t0\nflags:\t${flags}\nmnt_id:\t9\n`)

  expect(findInheritedFiles(folder)).toEqual([58, 251])
})

test('what a child would inherit becomes nothing, the rest stays as it is', () => {
  const { stdio, dispose } = hideInheritedFiles(['ignore', 'ignore', 'pipe'], [5])
  dispose()

  expect(stdio.slice(0, 6)).toEqual(['ignore', 'ignore', 'pipe', 'ignore', 'ignore', expect.any(Number)])
  expect(stdio.slice(6).every((file) => typeof file === 'number')).toBe(true)
})

test('with nothing to hide the standard three are all', () => {
  expect(hideInheritedFiles(['ignore', 'ignore', 'pipe'], []).stdio).toEqual(['ignore', 'ignore', 'pipe'])
})
