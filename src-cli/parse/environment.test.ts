import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readEnvironment } from './environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'joey-env-'))
afterAll(() => rmSync(folder, { recursive: true }))

function envFile(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('NAME=VALUE keeps everything behind the first equals sign', () => {
  expect(readEnvironment([], ['A=1', 'B=x=y z', 'C='], {})).toEqual({ A: '1', B: 'x=y z', C: '' })
})

test('NAME alone is taken from the caller, and left out where the caller has none', () => {
  expect(readEnvironment([], ['HOME', 'NONE'], { HOME: '/home/me' })).toEqual({ HOME: '/home/me' })
})

test('a file has one variable a line, comments and blank lines', () => {
  const file = envFile('a', '# comment\n\nA=1\r\n  B=two words \nHOME\nC="quoted"\n')
  expect(readEnvironment([file], [], { HOME: '/h' })).toEqual({ A: '1', B: 'two words ', HOME: '/h', C: '"quoted"' })
})

test('later ones win, and -e wins over files', () => {
  const first = envFile('b', 'A=file1\nB=file1\n')
  const second = envFile('c', 'A=file2\n')
  expect(readEnvironment([first, second], ['B=given'], {})).toEqual({ A: 'file2', B: 'given' })
})

test('what is not a variable is refused with where it stands', () => {
  expect(() => readEnvironment([], ['=x'], {})).toThrow('-e =x: not a variable')
  const file = envFile('d', 'A=1\nB B=2\n')
  expect(() => readEnvironment([file], [], {})).toThrow(`${file}, line 2: not a variable`)
})

test('a file that cannot be read is refused with its name', () => {
  expect(() => readEnvironment([join(folder, 'none')], [], {})).toThrow(/none: cannot be read \(ENOENT\)/)
})
