import { expect, test } from 'vitest'
import { AppError, appError } from '#contract/app-error'
import { chinese } from '#contract/languages/zh/index'
import { sentence } from '#contract/sentence'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
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
  expect(printed(new AppError({ code: 'unavailable', reason: 'of-tomorrow', message: 'No runtime.', remedy }))).toBe(
    'joey: No runtime.\n  Install it: apt install crun\n',
  )
})

test('in Chinese the remedy stands behind a Chinese colon', () => {
  const stderr = recordOutput()
  printFailure({ stderr, language: chinese }, appError('sandbox-not-found', { ref: 'web' }), {
    json: false,
    verbose: false,
  })
  expect(stderr.text()).toBe('joey: 没有沙箱“web”。\n  显示所有沙箱：joey ls -a\n')
})

test('details are shown when requested, and always for a bug', () => {
  const failure = new AppError({ code: 'engine', reason: 'x', message: 'Failed.', detail: 'line 1\nline \x1b[2J' })
  expect(printed(failure)).toBe('joey: Failed.\n')
  expect(printed(failure, { json: false, verbose: true })).toBe('joey: Failed.\nline 1\nline \\e[2J\n')
  expect(printed(new Error('boom'))).toContain('boom')
})

test('a message cannot write over the terminal', () => {
  expect(printed(new AppError({ code: 'engine', reason: 'x', message: 'bad \x1b[31m\nname' }))).toBe(
    'joey: bad \\e[31m\\nname\n',
  )
})

test('with --json a failure is one object on one line', () => {
  const text = printed(new AppError({ code: 'notFound', reason: 'sandbox-not-found', message: 'No.' }), {
    json: true,
    verbose: false,
  })
  expect(JSON.parse(text)).toEqual({ error: { code: 'notFound', reason: 'sandbox-not-found', message: 'No.' } })
  expect(text.trimEnd()).not.toContain('\n')
})

test('exit codes tell a wrong command line, a missing agent and the rest apart', () => {
  const gone = new AppError({ code: 'unavailable', reason: 'agent-not-running', message: 'x' })
  expect(failureCode(usageError('usage-off-alone'), 1)).toBe(64)
  expect(failureCode(usageError('usage-off-alone'), 125)).toBe(64)
  expect(failureCode(gone, 1)).toBe(69)
  expect(failureCode(gone, 125)).toBe(125)
  expect(failureCode(new AppError({ code: 'invalidRequest', reason: 'command-not-found', message: 'x' }), 125)).toBe(
    127,
  )
  expect(
    failureCode(new AppError({ code: 'invalidRequest', reason: 'command-not-executable', message: 'x' }), 125),
  ).toBe(126)
  expect(failureCode(new AppError({ code: 'conflict', reason: 'x', message: 'x' }), 1)).toBe(1)
})

test('a failure is printed in the language of the person', () => {
  const stderr = recordOutput()
  const failure = appError('class-not-available', { class: 'gvisor' })
  printFailure({ stderr, language: pseudoLanguage }, failure, { json: false, verbose: false })

  expect(stderr.text()).toMatch(
    /^joey: \[class-not-available: .*"gvisor".*\]\n {2}\[remedy-line: \[Shows .*\]: joey doctor\]\n$/s,
  )
})

test('a failure of one among several names it', () => {
  const stderr = recordOutput()
  printFailure({ stderr }, appError('process-gone'), { json: false, verbose: false, name: 'web' })

  expect(stderr.text()).toBe('joey: web: The process has already ended.\n')
})

test('what is wrong with a command line is said in the language too, with the same reason and exit code', () => {
  const stderr = recordOutput()
  const where = sentence('usage-place-line', { file: 'vars', line: 3 })
  const failure = usageError('usage-variable', { where })
  printFailure({ stderr, language: pseudoLanguage }, failure, { json: false, verbose: false })

  expect(stderr.text()).toMatch(
    /^joey: \[usage: \[usage-variable: \[usage-place-line: vars, line 3\]: not a variable\..*\]\]\n$/,
  )
  expect(failure.wire).toMatchObject({
    reason: 'usage',
    message: 'vars, line 3: not a variable. Write NAME=VALUE, or only NAME.',
  })
  expect(failureCode(failure, 1)).toBe(64)
})
