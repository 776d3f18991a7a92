import { expect, test } from 'vitest'
import { readProcesses } from './top.ts'

test('a command with blanks is one cell, as it was printed', () => {
  const text = 'PID   USER     TIME  COMMAND\n    1 root      0:00 sleep 1000\n   12 root      0:00 sh -c "a  b"\n'
  expect(readProcesses(text)).toEqual({
    columns: ['PID', 'USER', 'TIME', 'COMMAND'],
    rows: [
      ['1', 'root', '0:00', 'sleep 1000'],
      ['12', 'root', '0:00', 'sh -c "a  b"'],
    ],
  })
})

test('a row that ends early has what it has, and no rows are none', () => {
  expect(readProcesses('PID CMD\n7\n').rows).toEqual([['7']])
  expect(readProcesses('PID CMD\n')).toEqual({ columns: ['PID', 'CMD'], rows: [] })
})
