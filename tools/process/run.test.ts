import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from './run.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-run-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a finished program resolves with its streams and exit code', async () => {
  const finished = await run('sh', ['-c', 'echo out; echo err >&2; exit 7'])
  expect(finished).toEqual({ code: 7, signal: null, stdout: 'out\n', stderr: 'err\n' })
})

test('a program that is not there rejects', async () => {
  await expect(run('/nowhere/joey-tool', [])).rejects.toMatchObject({ code: 'ENOENT' })
})

test('the deadline ends the program and what it started', async () => {
  const pidFile = join(folder, 'pid')
  await expect(run('sh', ['-c', `sleep 60 & echo $! > ${pidFile}; wait`], { timeoutMs: 300 })).rejects.toThrow(
    'did not end',
  )
  const grandchild = readFileSync(pidFile, 'utf8').trim()
  await expect.poll(() => isRunning(grandchild)).toBe(false)
})

test('a daemon that keeps the streams open does not keep the caller waiting', async () => {
  const started = performance.now()
  const { stdout } = await run('sh', ['-c', 'echo ready; sleep 5 &'])
  expect(stdout).toBe('ready\n')
  expect(performance.now() - started).toBeLessThan(4000)
})

test('aborting kills the program', async () => {
  const controller = new AbortController()
  const finished = run('sleep', ['60'], { signal: controller.signal })
  await sleep(50)
  controller.abort()
  expect(await finished).toMatchObject({ code: null, signal: 'SIGKILL' })
})

function isRunning(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ') // a dead one that nobody has waited for yet
}
