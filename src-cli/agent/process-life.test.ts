import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { isAlive, waitForEnd } from './process-life.ts'

test('a process is alive until it ends, and one that was never there is not', async () => {
  const child = spawn('sleep', ['30'])
  const pid = child.pid ?? 0
  expect(isAlive(pid)).toBe(true)
  expect(await waitForEnd(pid, 50)).toBe(false)
  child.kill('SIGKILL')
  expect(await waitForEnd(pid, 5_000)).toBe(true)
  expect(isAlive(2 ** 30)).toBe(false)
})
