import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { appError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import { examineAppArmor, loadAppArmor } from './apparmor.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joey-lsm-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const has = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
const withAppArmor = () => has('sys/module/apparmor/parameters/enabled', 'Y\n')
const find = (name: string) => `/usr/sbin/${name}`
const working = () => vi.fn<Run>(async () => ({ code: 0, stdout: '', stderr: '' }))
const attempt = async () => null

test('where the machine has no AppArmor nothing is run, and no profile named', async () => {
  has('sys/module/apparmor/parameters/enabled', 'N\n')
  const run = working()
  const verdict = await loadAppArmor({ run, folder: root, find, root, attempt })
  expect(verdict).toEqual({ isThere: false, profile: null, failure: null })
  expect(run).not.toHaveBeenCalled()
  expect(examineAppArmor(verdict)).toMatchObject({ id: 'apparmor', level: 'ok' })
})

test('where it has, the profile is loaded, and named once a container has run with it', async () => {
  withAppArmor()
  const run = working()
  const verdict = await loadAppArmor({ run, folder: root, find, root, attempt })
  expect(verdict).toEqual({ isThere: true, profile: 'joey-default', failure: null })
  const [program, args] = run.mock.calls[0] ?? []
  expect(program).toBe('/usr/sbin/apparmor_parser')
  expect(args).toEqual(['--replace', '--skip-cache', expect.stringMatching(/\/apparmor\/joey-default$/)])
  expect(examineAppArmor(verdict)).toMatchObject({ level: 'ok', title: expect.stringContaining('joey-default') })
})

test('a profile with which no container runs is not named', async () => {
  withAppArmor()
  const verdict = await loadAppArmor({ run: working(), folder: root, find, root, attempt: async () => 'denied' })
  expect(verdict).toEqual({ isThere: true, profile: null, failure: 'denied' })
  expect(examineAppArmor(verdict)).toMatchObject({ level: 'warning', detail: 'denied' })
})

test('nor one that cannot be loaded', async () => {
  withAppArmor()
  const run = async () => {
    throw appError('tool-failed', { program: 'apparmor_parser', what: 'exit', code: 1 }, { detail: 'syntax error' })
  }
  const verdict = await loadAppArmor({ run, folder: root, find, root, attempt })
  expect(verdict).toEqual({ isThere: true, profile: null, failure: 'syntax error' })
  const without = await loadAppArmor({ run, folder: root, find: () => null, root, attempt })
  expect(without.profile).toBeNull()
  expect(examineAppArmor(without)).toMatchObject({ detail: expect.stringContaining('apparmor_parser') })
})
