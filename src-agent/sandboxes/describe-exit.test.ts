import { expect, test } from 'vitest'
import { describeExit, signalNumber } from './describe-exit.ts'

const at = new Date(0)
const limits = { memoryBytes: 64 * 2 ** 20, cpus: null, pids: null }

test.each([
  ['a clean end', { code: 0, oomKills: 0 }, false, 'exited', 'Ended without an error.'],
  ['a failure keeps its code', { code: 7, oomKills: 0 }, false, 'exited', 'Ended with exit code 7.'],
  ['a signal is named', { code: 139, oomKills: 0 }, false, 'signalled', 'Ended by signal SIGSEGV.'],
  ['a stop is no accident', { code: 143, oomKills: 0 }, true, 'signalled', 'Stopped by SIGTERM.'],
  ['want of memory names the limit', { code: 137, oomKills: 1 }, false, 'oom', 'Ran out of memory (limit 64 MiB)'],
  [
    'a shell that outlived its killed child tells of memory too',
    { code: 1, oomKills: 2 },
    false,
    'oom',
    'Ran out of memory',
  ],
  ['success after a killed child is success', { code: 0, oomKills: 1 }, false, 'exited', 'Ended without an error.'],
  ['a lost monitor is said so', { code: null, oomKills: 0 }, false, 'monitor-lost', 'Its monitor was killed'],
] as const)('%s', (_rule, { code, oomKills }, stopAsked, reason, message) => {
  const exit = describeExit({ code, oomKills, at }, limits, stopAsked)
  expect(exit.reason).toBe(reason)
  expect(exit.message).toContain(message)
})

test('an engine that got no more processes is told as that', () => {
  const exit = describeExit({ code: 2, oomKills: 0, ranOutOfProcesses: true, at }, { ...limits, pids: 20 }, false)
  expect(exit).toMatchObject({ code: 2, reason: 'exited', message: expect.stringContaining('(limit 20)') })
})

test.each([
  ['TERM', 15],
  ['SIGKILL', 9],
  ['hup', 1],
  ['15', 15],
  ['SIGRTMIN+3', 37],
  ['NONSENSE', null],
  ['0', null],
  ['65', null],
])('signal %s is %s', (name, number) => {
  expect(signalNumber(name)).toBe(number)
})
