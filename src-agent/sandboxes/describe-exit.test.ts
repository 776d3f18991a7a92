import { expect, test } from 'vitest'
import { say } from '#contract/language'
import { SandboxExit } from '#contract/sandbox'
import { sentenceOfExit } from '#contract/say-exit'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { signalNumber } from '../base/kernel/signal-number.ts'
import { describeExit } from './describe-exit.ts'

const at = new Date(0)
const limits = { memoryBytes: 64 * 2 ** 20, cpus: null, pids: null }

test.each([
  ['a clean end', { code: 0, oomKills: 0 }, false, 'exited', 'Ended without an error.'],
  ['a failure keeps its code', { code: 7, oomKills: 0 }, false, 'exited', 'Ended with exit code 7.'],
  ['a signal is named', { code: 139, oomKills: 0 }, false, 'signalled', 'Ended by signal SIGSEGV.'],
  ['a stop is no accident', { code: 143, oomKills: 0 }, true, 'signalled', 'Stopped by SIGTERM.'],
  ['want of memory names the limit', { code: 137, oomKills: 1 }, false, 'oom', 'Ran out of memory (limit 64 MiB)'],
  [
    'a shell that outlived its killed child names memory too',
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

test('an engine that got no more processes is reported as that', () => {
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

test.each([
  ['command-not-found', 127, '/script', 'There is no program "/script" in the sandbox.'],
  ['command-not-executable', 126, null, 'cannot be run'],
] as const)('a program that never ran is reported as such: %s', (reason, code, program, words) => {
  const exit = describeExit({ code, oomKills: 0, refusal: { reason, code, program }, at }, limits, false)
  expect(exit).toMatchObject({ code, reason: 'start-failed' })
  expect(exit.message).toContain(words)
})

test.each([
  ['exit-code', { code: 7, oomKills: 0 }],
  ['exit-signal', { code: 143, oomKills: 0 }],
  ['exit-signal', { code: 128 + 40, oomKills: 0 }],
  ['exit-out-of-memory', { code: 137, oomKills: 1 }],
  ['exit-out-of-processes', { code: 2, oomKills: 0, ranOutOfProcesses: true }],
  ['exit-monitor-lost', { code: null, oomKills: 0 }],
  ['command-not-found', { code: 127, oomKills: 0, refusal: { reason: 'command-not-found', code: 127, program: '/a' } }],
  [
    'command-not-executable',
    { code: 126, oomKills: 0, refusal: { reason: 'command-not-found', code: 126, program: null } },
  ],
] as const)('%s travels with what makes it in the language of the person', (reason, ending) => {
  const exit = SandboxExit.parse(describeExit({ ...ending, at }, limits, false))

  expect(exit.sentence).toMatchObject({ reason })
  expect(say(sentenceOfExit(exit), null)).toBe(exit.message)
  expect(say(sentenceOfExit(exit), pseudoLanguage)).toBe(`[${reason}: ${exit.message}]`)
})

test.each([
  ['a signal without a name', { code: 128 + 40, oomKills: 0 }, 'Ended by signal number 40.'],
  [
    'no limit of memory',
    { code: 137, oomKills: 1 },
    'Ran out of memory (the memory of this machine): the kernel killed it. Give it more, or look for a leak.',
  ],
  [
    'no limit of processes',
    { code: 2, oomKills: 0, ranOutOfProcesses: true },
    'Ran out of processes (limit of this machine), which ends a sandbox of this class. Allow it more, or look for a flood.',
  ],
])('%s is said so', (_what, ending, message) => {
  expect(describeExit({ ...ending, at }, { ...limits, memoryBytes: null }, false).message).toBe(message)
})

test('an end that an earlier version recorded is said in its words', () => {
  const exit = SandboxExit.parse({ code: 7, reason: 'oom', message: 'As it was.', at: at.toISOString() })

  expect(say(sentenceOfExit(exit), pseudoLanguage)).toBe('As it was.')
})
