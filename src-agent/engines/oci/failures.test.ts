import { expect, test } from 'vitest'
import { runtimeFailure } from './failures.ts'

test.each([
  ['crun', 'executable file `no-such` not found in $PATH: No such file or directory'],
  ['runc', 'exec: \\"no-such\\": executable file not found in $PATH: unknown'],
  ['runsc by name', 'starting container: error finding executable "no-such" in PATH [/bin]: no such file or directory'],
  ['runsc by path', 'starting container: failed to load no-such: no such file or directory'],
])('a missing program is reported by its name: %s', (_runtime, words) => {
  expect(runtimeFailure(words, 'no-such').wire).toMatchObject({
    reason: 'command-not-found',
    params: { program: 'no-such' },
  })
})

test.each([
  ['crun', 'open executable: Permission denied', '/etc'],
  ['runc', 'exec: \\"/etc\\": permission denied: unknown', '/etc'],
  ['runsc', 'starting container: failed to load /etc: permission denied', undefined],
])('what cannot be run is reported by its name: %s', (_runtime, words, argv0) => {
  expect(runtimeFailure(words, argv0).wire).toMatchObject({
    reason: 'command-not-executable',
    params: { program: '/etc' },
  })
})

test.each([
  ['crun', 'chdir `/etc/passwd`: Not a directory'],
  [
    'runc',
    'unable to start container process: chdir to cwd ("/etc/passwd") set in config.json failed: not a directory',
  ],
])('a working directory that is none is reported as that: %s', (_runtime, words) => {
  expect(runtimeFailure(words, 'true').wire).toMatchObject({
    code: 'invalidRequest',
    reason: 'working-directory',
    params: { program: 'true' },
  })
})

test.each(['capset: Operation not permitted', 'unable to apply caps: operation not permitted'])(
  'a capability that Joey lacks itself is reported as that: %s',
  (words) => {
    expect(runtimeFailure(words, 'true').wire).toMatchObject({ code: 'unavailable', reason: 'capability-not-held' })
  },
)

test('anything else is the failure of the runtime, with its words', () => {
  expect(runtimeFailure('the moon is full', 'true').wire).toMatchObject({
    code: 'engine',
    reason: 'start-failed',
    detail: 'the moon is full',
  })
})
