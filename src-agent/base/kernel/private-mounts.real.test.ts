import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Run, run } from '../process/run.ts'
import { preparePrivateMounts } from './private-mounts.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-mounts-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const failed = vi.fn()

/** As an agent does. The test runner starts this lane in a mount namespace of its own. */
const prepare = (by: Run = run) => preparePrivateMounts(by, process.env['JOEY_OUTER_MOUNTS'], failed)

/** Where a null device of an agent's own, or the file system that it was made in, is mounted. */
function nullMounts(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines.filter((line) => line.includes(' joey-null ')).map((line) => line.split(' ')[4] ?? '')
}

test('the null device that engines give away is not that of this machine, and works as one', async () => {
  await prepare()
  expect(failed).not.toHaveBeenCalled()
  const [own, others] = [await stat('/dev/null'), await stat('/dev/zero')]
  expect(own.isCharacterDevice()).toBe(true)
  expect(own.rdev).toBe((1 << 8) | 3)
  expect(own.mode & 0o777).toBe(0o666)
  // Another file system than that of this machine's nodes, so whoever it is given to has nothing of the machine.
  expect(own.dev).not.toBe(others.dev)
  await run('dd', ['if=/dev/null', 'of=/dev/null'])
})

test('nobody gets it, and nobody takes it from others by its mode', async () => {
  await prepare()
  expect(() => chownSync('/dev/null', 1000, 1000)).toThrow('EROFS')
  expect(() => chmodSync('/dev/null', 0o600)).toThrow('EROFS')
})

test('two that make one at the same time are not in each other’s way, and nothing else stays mounted', async () => {
  const before = nullMounts().length
  await Promise.all([prepare(), prepare()])
  expect(failed).not.toHaveBeenCalled()
  expect(nullMounts()).toHaveLength(before + 2)
  expect(new Set(nullMounts())).toEqual(new Set(['/dev/null']))
  expect(readdirSync(folder)).toEqual([])
})

test('where none may be made it goes on without, says why, and leaves nothing behind', async () => {
  const before = nullMounts()
  const refused = new Error('Operation not permitted')
  await prepare((program, args, options) =>
    program === 'mknod' ? Promise.reject(refused) : run(program, args, options),
  )
  expect(failed).toHaveBeenCalledExactlyOnceWith(refused)
  expect(nullMounts()).toEqual(before)
  expect(readdirSync(folder)).toEqual([])
})
