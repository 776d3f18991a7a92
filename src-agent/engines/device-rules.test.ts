import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Run } from '../base/process/run.ts'
import { restrictDevices } from './device-rules.ts'

let root = ''
const run = vi.fn<Run>(async () => ({ code: 0, stdout: '', stderr: '' }))
beforeEach(() => {
  run.mockClear()
  root = mkdtempSync(join(tmpdir(), 'joey-devices-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('everything is refused, then what is needed allowed', async () => {
  const folder = join(root, 'devices/joey/a')
  mkdirSync(folder, { recursive: true })
  for (const name of ['devices.deny', 'devices.allow']) writeFileSync(join(folder, name), '')
  await restrictDevices('joey/a', ['c 1:3 rw'], { run, root })
  expect(readFileSync(join(folder, 'devices.deny'), 'utf8')).toBe('a')
  expect(readFileSync(join(folder, 'devices.allow'), 'utf8')).toBe('c 1:3 rw')
})

test('where there is no list of devices nothing is made', async () => {
  await restrictDevices('joey/a', ['c 1:3 rw'], { run, root })
  expect(() => readFileSync(join(root, 'devices/joey/a/devices.deny'))).toThrow()
})

test.runIf(process.arch === 'x64')('where a program decides, it is made from the same lines', async () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory\n')
  await restrictDevices('joey/a', ['c 1:3 rw', 'b *:* m'], { run, root })
  const [program, args] = run.mock.calls[0] ?? []
  expect(program).toMatch(/\/joey-outside$/)
  expect(args).toEqual(['devices', join(root, 'joey/a'), 'c 1:3 rw', 'b *:* m'])
})

test('where there is a list, no program is made', async () => {
  await restrictDevices('joey/a', ['c 1:3 rw'], { run, root })
  expect(run).not.toHaveBeenCalled()
})
