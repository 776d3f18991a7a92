import { execFileSync, spawn } from 'node:child_process'
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

test('what no variable can hold is refused with where it stands', () => {
  expect(() => readEnvironment([envFile('e', 'A=1\nB=x\0y\n')], [], {})).toThrow(/e, line 2: the value of B has a zero/)
  const latin = join(folder, 'latin1')
  writeFileSync(latin, Buffer.from('A=1\nB=gr\xfc\xdf\n', 'latin1'))
  expect(() => readEnvironment([latin], [], {})).toThrow(/latin1, line 2: not UTF-8 text/)
})

test('a mark of the byte order and a missing end of the last line are no part of a variable', () => {
  const file = envFile('f', '\uFEFFA=1\r\nHASH=a #b\r\nEMPTY=\r\nUNI=größe漢字\r\nLAST=no end')
  expect(readEnvironment([file], [], {})).toEqual({ A: '1', HASH: 'a #b', EMPTY: '', UNI: 'größe漢字', LAST: 'no end' })
})

test('a pipe can be the file, and a folder cannot', () => {
  const pipe = join(folder, 'pipe')
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
  const writer = spawn('sh', ['-c', 'printf "P=pipe\\n" > "$0"', pipe])
  expect(readEnvironment([pipe], [], {})).toEqual({ P: 'pipe' })
  writer.kill()
  expect(() => readEnvironment([folder], [], {})).toThrow(/cannot be read \(EISDIR\)/)
})

test('a file that cannot be read is refused with its name', () => {
  expect(() => readEnvironment([join(folder, 'none')], [], {})).toThrow(/none: cannot be read \(ENOENT\)/)
})
