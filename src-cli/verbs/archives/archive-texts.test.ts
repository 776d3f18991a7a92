import { expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { recordOutput } from '../../testing/record-output.ts'
import { exportVerb } from './export.ts'
import { importVerb } from './import.ts'

const asSent = 'As the agent says it.'
const web = { id: 'aaaa0000bbbb', name: 'web' } as Sandbox
const contextOf = (client: object) => ({
  ...{ client: { inspectSandbox: async () => web, listSnapshots: async () => [], ...client }, cwd: '/', env: {} },
  ...{ stdout: recordOutput(), stderr: recordOutput(), language: pseudoLanguage },
})
const flags = { json: false, scan: false, drop: [], snapshot: [], 'drop-secrets': false }

test('what an export left out is said in the language of the person', async () => {
  const messagesWordings = [{ reason: 'export-without-sockets', params: { count: 2 } }]
  const answer = { output: '/x', bytes: 1, sha256: 'a', messages: [asSent, asSent], messagesWordings }
  const context = contextOf({ exportTree: async () => answer })
  const given = { operands: ['web'], flags: { ...flags, format: 'oci', output: '/x' } }
  await exportVerb.run(given as never, context as never)
  expect(context.stderr.text()).toContain('[export-without-sockets: 2 sockets left out: programs make them anew.]')
  expect(context.stderr.text()).toContain(asSent)
})

test('what a search for secrets found is said in the language of the person', async () => {
  const found = { id: 'f1', rule: 'jwt', title: asSent, where: 'file', path: '/a', line: 1, excerpt: 'ey**' }
  const findings = [{ ...found, titleWording: { reason: 'secret-jwt' } }]
  const context = contextOf({ scanSecrets: async () => ({ findings, files: 1, bytes: 1, truncated: false }) })
  await exportVerb.run({ operands: ['web'], flags: { ...flags, scan: true } } as never, context as never)
  expect(context.stdout.text()).toContain('[secret-jwt: JSON web token]')
})

test('what an import left out is said in the language of the person', async () => {
  const sheet = { consent: 'c', requests: [], problems: [], signature: { sentence: asSent } }
  const messagesWordings = [{ reason: 'import-not-agreed', params: { kind: 'port', name: '80' } }]
  const context = contextOf({
    inspectBundle: async () => sheet,
    importBundle: async () => ({ sandbox: web, messages: [asSent], messagesWordings }),
  })
  const given = { operands: ['/x.joey'], flags: { json: false, yes: true, agree: [], start: false } }
  await importVerb.run(given as never, context as never)
  expect(context.stderr.text()).toContain('[import-not-agreed: The port 80 was left out: it was not agreed to.]')
})

test('an export without a form says that it needs one', async () => {
  const given = { operands: ['web'], flags }
  await expect(exportVerb.run(given as never, contextOf({}) as never)).rejects.toThrow(
    'Say with --format what to make of it: oci, oci-layout, docker, push or joey.',
  )
  const other = { operands: ['web'], flags: { ...flags, format: 'zip' } }
  await expect(exportVerb.run(other as never, contextOf({}) as never)).rejects.toThrow('--format zip: oci,')
})
