import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { restrictDevices } from './cgroup-devices.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joey-devices-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('everything is refused, then what is needed allowed', async () => {
  const folder = join(root, 'devices/joey/a')
  mkdirSync(folder, { recursive: true })
  for (const name of ['devices.deny', 'devices.allow']) writeFileSync(join(folder, name), '')
  await restrictDevices('joey/a', ['c 1:3 rw'], { root })
  expect(readFileSync(join(folder, 'devices.deny'), 'utf8')).toBe('a')
  expect(readFileSync(join(folder, 'devices.allow'), 'utf8')).toBe('c 1:3 rw')
})

test('where there is no list of devices nothing is made', async () => {
  await restrictDevices('joey/a', ['c 1:3 rw'], { root })
  expect(() => readFileSync(join(root, 'devices/joey/a/devices.deny'))).toThrow()
})
