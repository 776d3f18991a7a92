import { expect, test, vi } from 'vitest'
import { createChangeOrigin } from './change-origin.ts'

const groups = (pid: number) =>
  ({
    1: '9:pids:/joey/f65a8d/6ce4ebbc2b17\n0::/\n',
    2: '0::/joey/f65a8d/6ce4ebbc2b17-again\n',
    3: '0::/joey/0000aa/6ce4ebbc2b17\n',
    4: '0::/user.slice\n',
  })[pid] ?? ''

test.each([
  ['what serves the files of a sandbox is of the sandbox', 1, '6ce4ebbc2b17'],
  ['the one that has taken its place too', 2, '6ce4ebbc2b17'],
  ['what belongs to another agent is of this machine', 3, null],
  ['an editor is of this machine', 4, null],
  ['so is what has ended', 5, null],
  ['and what the kernel does not name', 0, null],
] as const)('%s', (_rule, pid, id) => {
  expect(createChangeOrigin('f65a8d', groups)(pid)).toBe(id)
})

test('a process is looked at once in a while, however much it does', () => {
  const read = vi.fn(groups)
  let now = 0
  const originOf = createChangeOrigin('f65a8d', read, () => now)
  for (let change = 0; change < 10_000; change += 1) originOf(1)
  expect(read).toHaveBeenCalledTimes(1)
  now = 2_000
  originOf(1)
  expect(read).toHaveBeenCalledTimes(2)
})
