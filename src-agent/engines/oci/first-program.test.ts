import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { awaitReplaced, programOf } from './first-program.ts'

const shell = spawn('/bin/sh', ['-c', 'read go; exec sleep 1000'], { stdio: ['pipe', 'ignore', 'ignore'] })

afterEach(() => void shell.kill('SIGKILL'))

test('what a process runs is waited for until it is another program, and no longer once it has ended', async () => {
  const pid = shell.pid ?? 0
  // Node tells of a process before it has become the shell.
  await expect.poll(() => programOf(pid)).not.toBe(programOf(process.pid))
  const before = programOf(pid) ?? ''
  let isReplaced = false
  const replaced = awaitReplaced(pid, before).then(() => {
    isReplaced = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isReplaced).toBe(false)
  shell.stdin.write('go\n')
  await replaced
  const after = programOf(pid)
  expect(after).not.toBe(before)
  expect(after).not.toBeNull()
  shell.kill('SIGKILL')
  await once(shell, 'exit')
  expect(programOf(pid)).toBeNull()
  await awaitReplaced(pid, after ?? '')
})
