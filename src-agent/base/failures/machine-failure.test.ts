import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError, appError } from '#contract/app-error'
import { findPlace } from '#contract/client/place'
import { explainFailure, isOutOfRoom, roomAt } from './machine-failure.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-failure-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const failed = (fields: object) => Object.assign(new Error('raw words'), fields)
const ofSqlite = (errcode: number) => failed({ code: 'ERR_SQLITE_ERROR', errcode })

test.each([
  ['ENOSPC', { code: 'ENOSPC' }, 'disk-of-machine-full', { by: 'disk' }],
  ['EDQUOT', { code: 'EDQUOT' }, 'disk-of-machine-full', { by: 'quota' }],
  ['EROFS', { code: 'EROFS' }, 'disk-of-machine-read-only', {}],
  ['EMFILE', { code: 'EMFILE' }, 'open-files-used-up', { by: 'agent' }],
  ['ENFILE', { code: 'ENFILE' }, 'open-files-used-up', { by: 'machine' }],
  ['EMFILE of a watch', { code: 'EMFILE', syscall: 'watch' }, 'open-files-used-up', { by: 'watches' }],
  ['ENOSPC of a watch', { code: 'ENOSPC', syscall: 'watch' }, 'open-files-used-up', { by: 'watches' }],
  ['ENOMEM', { code: 'ENOMEM' }, 'memory-of-machine-used-up', {}],
  ['SQLITE_FULL', { code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'disk-of-machine-full', { by: 'disk' }],
  ['SQLITE_READONLY', { code: 'ERR_SQLITE_ERROR', errcode: 8 }, 'disk-of-machine-read-only', {}],
  ['SQLITE_READONLY_DIRECTORY', { code: 'ERR_SQLITE_ERROR', errcode: 1544 }, 'disk-of-machine-read-only', {}],
  ['SQLITE_NOMEM', { code: 'ERR_SQLITE_ERROR', errcode: 7 }, 'memory-of-machine-used-up', {}],
])('%s is one sentence that names what is used up', (_what, fields, reason, params) => {
  const { wire } = explainFailure(failed(fields), home)

  expect(wire).toMatchObject({ code: 'unavailable', reason, detail: 'raw words' })
  expect(wire.params ?? {}).toMatchObject(params)
  expect(wire.remedy).toMatchObject({ kind: 'runCommand' })
})

test('a full disk is reported with where, how much is free and what to remove', () => {
  const { message, params } = explainFailure(failed({ code: 'ENOSPC' }), home).wire

  expect(params).toMatchObject({ path: home, free: expect.any(Number) })
  for (const part of [home, 'MiB are free', 'joey snapshot prune', 'joey image rm', 'joey rm'])
    expect(message).toContain(part)
})

test.each([
  ['that was taken for a bug on the way', (cause: Error) => AppError.from(cause)],
  [
    'that kept a program from being started',
    (cause: Error) => appError('tool-not-started', { program: 'runc' }, { cause }),
  ],
  ['below several others', (cause: Error) => new Error('outer', { cause: AppError.from(cause) })],
])('a failure %s is found by its cause', (_what, wrap) => {
  expect(explainFailure(wrap(failed({ code: 'ENOMEM' })), home).wire.reason).toBe('memory-of-machine-used-up')
})

test('the full disk of a sandbox is not taken for that of this machine', () => {
  const { run } = findPlace(process.env, process.getuid?.() ?? 0)
  const error = failed({ code: 'ENOSPC', path: `${run}/limited/aaaaaaaaaaaa/upper/file` })

  expect(explainFailure(error).wire).toMatchObject({ reason: 'disk-full', params: { where: 'sandbox' } })
  expect(isOutOfRoom(error)).toBe(false)
})

test('a failure that says more itself stays as it is', () => {
  const cause = failed({ code: 'ENOSPC' })
  const failure = appError('disk-full', { where: 'export' }, { cause })

  expect(explainFailure(failure, home)).toBe(failure)
})

test.each([
  ['a bug', new TypeError('undefined is not a function')],
  ['no error at all', 'a text'],
  ['another failure of SQLite', ofSqlite(19)],
  ['an input/output error with enough room', ofSqlite(778)],
  [
    "a program's words about another disk",
    appError('tool-failed', { what: 'exit', program: 'tar', code: 1 }, { detail: 'No space left on device' }),
  ],
  ['a code that every object has', failed({ code: 'constructor' })],
])('%s is not taken for a full disk', (_what, error) => {
  expect(explainFailure(error, home).wire).toEqual(AppError.from(error).wire)
  expect(isOutOfRoom(error, home)).toBe(false)
})

test.each([
  [
    'of the state folder, whose names may be those of a sandbox',
    (at: string) => join(at, 'sandboxes/a/upper/name'),
    '',
  ],
  ['held by a descriptor', () => '/proc/self/fd/7', ''],
  ['outside of it', (at: string) => `${at}-export/name`, '-export'],
])('a file %s is reported by its folder', (_what, path, shown) => {
  const { params } = explainFailure(failed({ code: 'EROFS', path: path(home) }), home).wire

  expect(params).toEqual({ path: `${home}${shown}` })
})

test('an error that is its own cause comes to an end', () => {
  const error = new Error('round')
  error.cause = error

  expect(explainFailure(error, home).wire.reason).toBe('internal')
})

test('the room of a folder that is not there is that of the nearest one', () => {
  expect(roomAt(join(home, 'not/there'))).toEqual(expect.any(Number))
})
