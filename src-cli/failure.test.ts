import { expect, test } from 'vitest'
import { AppError, appError } from '#contract/app-error'
import { usageError } from './command/usage-error.ts'
import { failureCode, printFailure } from './failure.ts'
import { recordOutput } from './testing/record-output.ts'

function printed(error: unknown, style = { json: false, verbose: false }): string {
  const stderr = recordOutput()
  printFailure({ stderr }, error, style)
  return stderr.text()
}

test('a failure is one sentence, with the remedy below it', () => {
  const remedy = { kind: 'runCommand', command: 'apt install crun', why: 'Install it:' } as const
  expect(printed(appError('unavailable', 'no-runtime', 'No runtime.', { remedy }))).toBe(
    'joey: No runtime.\n  Install it: apt install crun\n',
  )
})

test('details are shown when asked for, and always for a bug', () => {
  const failure = appError('engine', 'x', 'Failed.', { detail: 'line 1\nline \x1b[2J' })
  expect(printed(failure)).toBe('joey: Failed.\n')
  expect(printed(failure, { json: false, verbose: true })).toBe('joey: Failed.\nline 1\nline \\e[2J\n')
  expect(printed(new Error('boom'))).toContain('boom')
})

test('a message cannot write over the terminal', () => {
  expect(printed(appError('engine', 'x', 'bad \x1b[31m\nname'))).toBe('joey: bad \\e[31m\\nname\n')
})

test('with --json a failure is one object on one line', () => {
  const text = printed(appError('notFound', 'sandbox-not-found', 'No.'), { json: true, verbose: false })
  expect(JSON.parse(text)).toEqual({ error: { code: 'notFound', reason: 'sandbox-not-found', message: 'No.' } })
  expect(text.trimEnd()).not.toContain('\n')
})

test('exit codes tell a wrong command line, a missing agent and the rest apart', () => {
  const gone = appError('unavailable', 'agent-not-running', 'x')
  expect(failureCode(usageError('x'), 1)).toBe(64)
  expect(failureCode(usageError('x'), 125)).toBe(64)
  expect(failureCode(gone, 1)).toBe(69)
  expect(failureCode(gone, 125)).toBe(125)
  expect(failureCode(appError('invalidRequest', 'command-not-found', 'x'), 125)).toBe(127)
  expect(failureCode(appError('invalidRequest', 'command-not-executable', 'x'), 125)).toBe(126)
  expect(failureCode(new AppError({ code: 'conflict', reason: 'x', message: 'x' }), 1)).toBe(1)
})
