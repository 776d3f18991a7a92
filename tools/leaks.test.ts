import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findLeaks, findTraces } from './leaks.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-leaks-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Other traces may belong to whoever uses this machine meanwhile. */
async function findProcesses(marker: string): Promise<readonly string[]> {
  return [...(await findTraces(marker))].filter((trace) => trace.startsWith('process '))
}

test('what was there before is no leak', async () => {
  const before = new Set(['mount /tmp/a'])
  expect(await findLeaks(() => Promise.resolve(before), before)).toEqual([])
})

test('what is new and stays is a leak', async () => {
  const now = new Set(['mount /tmp/a', 'mount /tmp/b'])
  expect(await findLeaks(() => Promise.resolve(now), new Set(['mount /tmp/a']), 0)).toEqual(['mount /tmp/b'])
})

test('what the kernel frees a moment later is no leak', async () => {
  const answers = [new Set(['mount /tmp/b']), new Set<string>()]
  expect(await findLeaks(() => Promise.resolve(answers.shift() ?? new Set()), new Set(), 5000)).toEqual([])
})

test('a process that was started with the test folder in its environment is found', async () => {
  const child = spawn('sleep', ['60'], { env: { ...process.env, JOEY_HOME: folder } })
  try {
    expect(await findProcesses(folder)).toEqual([`process ${child.pid}: sleep 60`])
  } finally {
    child.kill()
  }
})

test('this process and its parents are no leak, whatever their environment says', async () => {
  const marker = `TMPDIR=${process.env['TMPDIR'] ?? ''}`
  const found = await findProcesses(marker)
  expect(found.filter((trace) => trace.startsWith(`process ${process.pid}:`))).toEqual([])
})
