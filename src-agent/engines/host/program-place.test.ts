import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { examinePlace, ownProgram } from './program-place.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-place-'))
  for (const name of ['program', 'home']) mkdirSync(join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true }))

const examine = () => examinePlace({ program: [join(folder, 'program')], home: join(folder, 'home') })

test('what root alone can change is in order', () => {
  expect(examine().map(({ id, level }) => [id, level])).toEqual([
    ['program', 'ok'],
    ['home', 'ok'],
  ])
})

test('what others can change is a warning that names it', () => {
  chmodSync(join(folder, 'program'), 0o777)
  chmodSync(join(folder, 'home'), 0o770)
  const [program] = examine()
  expect(program).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining(`Others can write to ${folder}/program.`) as string,
    remedy: { command: 'sudo ./joey agent install' },
  })
})

test('the own program is there', () => {
  expect(ownProgram()).toContain(process.execPath)
})
