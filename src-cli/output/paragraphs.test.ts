import { expect, test } from 'vitest'
import { recordOutput } from '../testing/record-output.ts'
import { columnOfHeads, layOut, paragraph, printParagraphs, section } from './paragraphs.ts'

test('text that is too long goes on below its own start', () => {
  expect(layOut({ head: '  - ', text: 'one two three four five six' }, 24)).toEqual([
    '  - one two three four',
    '    five six',
  ])
})

test('Chinese takes two cells a letter, and is folded between letters', () => {
  expect(layOut({ head: '  - ', text: '守护进程没有运行，请启动 web 沙箱。' }, 24)).toEqual([
    '  - 守护进程没有运行，请',
    '    启动 web 沙箱。',
  ])
})

test('a word that is longer than a line stays whole', () => {
  const path = '/a/very/long/path/to/a/file'
  expect(layOut(paragraph(`see ${path} there`, 2), 20)).toEqual(['  see', `  ${path}`, '  there'])
})

test('lines of text within are shown as escapes, so that nobody can add one', () => {
  expect(layOut(paragraph('a\nscore: 100'), 80)).toEqual(['a\\nscore: 100'])
})

test('an empty text leaves no blanks at the end', () => {
  expect(layOut(paragraph('', 6), 80)).toEqual([''])
})

test('a section without a body has no title', () => {
  expect(section('Lost:', [])).toEqual([])
})

test('heads are made equally wide', () => {
  const rows = [
    { head: 'a', text: 'x' },
    { head: 'long', text: 'y' },
  ]
  expect(columnOfHeads(rows).map(({ head }) => head)).toEqual(['a     ', 'long  '])
})

test('only a terminal folds lines and has colours', () => {
  const all = [{ head: 'FAIL  ', text: 'word '.repeat(10).trim(), colour: 'red' as const }]
  const terminal = recordOutput({ isTTY: true, columns: 40 })
  printParagraphs({ stdout: terminal, env: {} }, all)
  expect(terminal.text()).toBe(`\x1b[31mFAIL  \x1b[39mword word word word word word word\n      word word word\n`)
  const file = recordOutput()
  printParagraphs({ stdout: file, env: {} }, all)
  expect(file.text()).toBe(`FAIL  ${'word '.repeat(10).trim()}\n`)
})
