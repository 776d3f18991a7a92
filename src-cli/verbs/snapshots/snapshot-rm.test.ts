import { describe, expect, test } from 'vitest'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { ExitCode } from '../../exit-codes.ts'
import { recordOutput } from '../../testing/record-output.ts'
import { snapshotPrune, snapshotVerify } from './snapshot-rm.ts'

const asSent = 'As the agent says it.'
const gone = { reason: 'layer-entry-gone', params: { path: '/etc/passwd' } }
const check = { id: 'aaaa0000bbbb', name: 'x', ok: false, problems: [asSent], checkedBytes: 0 }

describe('joey snapshot verify', () => {
  const verify = async (problemsWordings: object, json = false) => {
    const stdout = recordOutput()
    const client = { verifySnapshots: async () => [{ ...check, ...problemsWordings }] }
    const context = { client, stdout, stderr: recordOutput(), env: {}, language: pseudoLanguage }
    const code = await snapshotVerify.run({ operands: [], flags: { json } } as never, context as never)
    return { code, text: stdout.text() }
  }

  test('says each problem in the language of the person', async () => {
    const { code, text } = await verify({ problemsWordings: [gone] })
    expect(text).toContain('  [layer-entry-gone: /etc/passwd is gone.]')
    expect(code).toBe(ExitCode.failed)
  })

  test('shows what an agent of an earlier version says as it came', async () => {
    expect((await verify({})).text).toContain(`  ${asSent}`)
  })

  test('gives the problems as they came in JSON', async () => {
    expect(JSON.parse((await verify({ problemsWordings: [gone] }, true)).text)).toMatchObject([{ problems: [asSent] }])
  })
})

test('joey snapshot prune says in the language of the person what could be removed', async () => {
  const stderr = recordOutput()
  const adviceWordings = [{ reason: 'prune-large', params: { snapshot: 'x', sandbox: 'web', mebibytes: 70 } }]
  const client = { pruneSnapshots: async () => ({ removed: [], freedBytes: 0, advice: [asSent], adviceWordings }) }
  const context = { client, stdout: recordOutput(), stderr, env: {}, language: pseudoLanguage }
  await snapshotPrune.run({ operands: [], flags: { 'dry-run': true, json: false } } as never, context as never)
  expect(stderr.text()).toContain('[prune-large: "x" of "web" alone holds 70 MiB.]')
})
