import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startMade } from './start-made.ts'

let folder: string
const pipe = (): string => join(folder, 'exec.fifo')

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'joey-made-')), 'container')
  mkdirSync(folder)
  execFileSync('mkfifo', [pipe()])
  writeFileSync(join(folder, 'status'), '{}')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

it('gives the first process of a made container the byte that it waits for, and takes the pipe away', () => {
  const waiting = openSync(pipe(), constants.O_RDONLY | constants.O_NONBLOCK)
  expect(startMade(folder)).toBe(true)
  expect(readSync(waiting, Buffer.alloc(8))).toBe(1)
  closeSync(waiting)
  expect(existsSync(pipe())).toBe(false)
})

it('finishes the start of an agent that ended before it took the pipe away', () => {
  expect(startMade(folder)).toBe(true)
  expect(existsSync(pipe())).toBe(false)
})

it('leaves to the runtime what has no pipe, and what another runtime made', () => {
  rmSync(join(folder, 'status'))
  expect(startMade(folder)).toBe(false)
  expect(existsSync(pipe())).toBe(true)
  writeFileSync(join(folder, 'status'), '{}')
  rmSync(pipe())
  expect(startMade(folder)).toBe(false)
})
