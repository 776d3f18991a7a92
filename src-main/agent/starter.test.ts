import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectStarter, findStarter } from './starter.ts'

let folder: string
let child: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-starter-'))
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** A starter that does this with each word, and descriptors to it as as-account.sh leaves them. */
function starterThat(script: string): { read: number; write: number } {
  const [requests, answers] = [join(folder, 'requests'), join(folder, 'answers')]
  execFileSync('mkfifo', [requests, answers])
  child = spawn('/bin/sh', ['-c', `while read -r word; do ${script}; done < ${requests} > ${answers}`])
  return { write: openSync(requests, 'w'), read: openSync(answers, 'r') }
}

test.each([
  ['8 9 /run/joey-users/7/joeyd.sock', { read: 8, write: 9, socketPath: '/run/joey-users/7/joeyd.sock' }],
  ['8 9', null],
  ['8 9 relative', null],
  ['', null],
  [undefined, null],
] as const)('%s is read as what it says', (text, starter) => {
  expect(findStarter({ JOEY_STARTER: text })).toEqual(starter)
})

test('it asks by one word, each time anew, and what went wrong is in the details', async () => {
  const start = connectStarter(
    starterThat(
      '[ "$word" = start ] && { [ -e tried ] && echo ok || echo no room; touch tried; }'.replaceAll(
        'tried',
        join(folder, 'tried'),
      ),
    ),
  )
  await expect(start()).rejects.toMatchObject({ wire: { reason: 'agent-start-failed', detail: 'no room' } })
  await expect(start()).resolves.toBeUndefined()
})

test('a starter that ends without an answer is no reason to wait', async () => {
  const start = connectStarter(starterThat('exit'))
  await expect(start()).rejects.toMatchObject({ wire: { reason: 'agent-start-failed' } })
})

test('a starter that never answers is not waited for beyond the time', async () => {
  const start = connectStarter(starterThat('sleep 5'), 50)
  await expect(start()).rejects.toMatchObject({ wire: { detail: 'no answer within 0.05 s' } })
})
