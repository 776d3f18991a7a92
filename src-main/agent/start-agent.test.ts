import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startAgentProcess } from './start-agent.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-start-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function script(body: string): string {
  const path = join(folder, 'joey')
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

test('it runs the command line with its environment, but without what Electron sets for itself', async () => {
  const output = join(folder, 'seen')
  const env = { PATH: process.env['PATH'], JOEY_HOME: '/tmp/x', ELECTRON_RUN_AS_NODE: '1' }

  await startAgentProcess({ script: script(`{ echo "$@"; env; } > ${output}`), env })

  const seen = readFileSync(output, 'utf8')
  expect(seen).toMatch(/^agent start\n/)
  expect(seen).toContain('JOEY_HOME=/tmp/x')
  expect(seen).not.toContain('ELECTRON')
})

test('an agent that keeps the output open does not keep us waiting', async () => {
  await expect(startAgentProcess({ script: script('sleep 3 & exit 0'), env: process.env })).resolves.toBeUndefined()
})

test('what the command line says goes into the details of the failure', async () => {
  const failed = startAgentProcess({ script: script('echo "Joey is not built yet." >&2; exit 69'), env: process.env })

  await expect(failed).rejects.toMatchObject({
    wire: { reason: 'agent-start-failed', remedy: { kind: 'startAgent' }, detail: 'Joey is not built yet.\n' },
  })
})

test('a missing command line is a failure like any other', async () => {
  const failed = startAgentProcess({ script: join(folder, 'missing'), env: process.env })

  await expect(failed).rejects.toMatchObject({ wire: { reason: 'agent-start-failed' } })
})

test('a start that hangs is ended at the deadline', async () => {
  const failed = startAgentProcess({ script: script('exec sleep 30'), env: process.env, timeoutMs: 100 })

  await expect(failed).rejects.toMatchObject({ wire: { detail: 'no answer within 0.1 s' } })
})
