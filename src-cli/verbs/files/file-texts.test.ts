import { expect, test } from 'vitest'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { recordOutput } from '../../testing/record-output.ts'
import { snapshotDiff } from './diff.ts'
import { filesGet } from './files.ts'

const asSent = 'As the agent says it.'
const contextOf = (client: object) => ({
  ...{ client, cwd: '/', env: {}, language: pseudoLanguage },
  ...{ stdout: recordOutput(), stderr: recordOutput() },
})
const trees = ['sandbox:a', 'sandbox:b']

test('why a text is not compared is said in the language of the person', async () => {
  const answer = { diff: null, why: asSent, whyWording: { reason: 'text-is-binary' } }
  const context = contextOf({ compareText: async () => answer })
  await snapshotDiff.run({ operands: trees, flags: { text: '/x', json: false } } as never, context as never)
  expect(context.stderr.text()).toContain('[text-is-binary: The file is not text.]')
})

test('what of the packages could not be read is said in the language of the person', async () => {
  const notes = { notes: [asSent], notesWordings: [{ reason: 'packages-rpm-damaged' }] }
  const context = contextOf({ comparePackages: async () => ({ changes: [], ...notes }) })
  await snapshotDiff.run({ operands: trees, flags: { packages: true, json: false } } as never, context as never)
  expect(context.stderr.text()).toContain('[packages-rpm-damaged: ')
})

test('what a copy left out is said in the language of the person', async () => {
  const skippedWordings = [{ reason: 'copy-skipped', params: { path: '/pipe', why: 'fifo' } }]
  const context = contextOf({ getFiles: async () => ({ files: 1, bytes: 1, skipped: [asSent], skippedWordings }) })
  const given = { operands: ['sandbox:a:/x', '/out'], flags: { replace: false, json: false } }
  await filesGet.run(given as never, context as never)
  expect(context.stderr.text()).toContain('[copy-skipped: /pipe is a named pipe.]')
})
