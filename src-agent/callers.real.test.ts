import { copyFileSync, linkSync, mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventStream } from '#contract/observe'
import { run } from './base/process/run.ts'
import { createTestAgent, scriptSpec } from './testing/test-agent.ts'

const agent = createTestAgent()
let shared: string
beforeAll(async () => {
  await agent.start()
  shared = mkdtempSync(join(tmpdir(), 'joey-callers-'))
})
afterAll(async () => {
  await agent.dispose()
  rmSync(shared, { recursive: true })
})

/** Asks for the agent at the socket that it is given, and prints the answer. */
const client = `
const request = require('http').get({ socketPath: process.argv[1], path: '/v1/agent' }, (response) => {
  response.setEncoding('utf8').on('data', (text) => process.stdout.write(text))
})
request.on('error', ({ code }) => process.stdout.write(code))`

/** Node with its libraries, for a sandbox whose image has none. */
function copyNode(folder: string): string[] {
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] }
  const files = sharedObjects.filter((path) => path.startsWith('/'))
  for (const file of files) copyFileSync(file, join(folder, basename(file)))
  copyFileSync(process.execPath, join(folder, 'node'))
  const loader = files.map((file) => basename(file)).find((name) => name.startsWith('ld-linux'))
  return [`/shared/${loader}`, '--library-path', '/shared', '/shared/node', '-e', client, '/shared/socket']
}

/** Resolves with the first event of which the words are part. */
function eventWith(words: string): Promise<string> {
  const path = `${eventStream.path}?since=0`
  return new Promise((resolve, reject) => {
    const request = get({ socketPath: agent.place.socketPath, path }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
        const line = text.split('\n').find((each) => each.includes(words))
        if (line === undefined || !text.includes('\n', text.indexOf(words))) return
        resolve(line)
        request.destroy()
      })
    })
    request.on('error', reject)
  })
}

test('a sandbox that has got hold of the agent’s socket is refused, with the reason, and a notice says so', async () => {
  const argv = copyNode(shared)
  const mounts = [{ kind: 'bind' as const, source: shared, target: '/shared', readOnly: false }]
  const { id, name } = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000', { mounts }) })
  // As somebody does who does not know better; no mount would be let reach it.
  linkSync(agent.place.socketPath, join(shared, 'socket'))
  const { stdout } = await agent.exec(id, { argv })
  expect(JSON.parse(stdout.toString())).toMatchObject({ reason: 'caller-refused', params: { why: 'sandbox' } })
  expect(await eventWith('intruder-refused')).toContain(`A program in \\"${name}\\"`)
})

test('a program with a namespace of processes of its own is refused as well, and one of this machine is not', async () => {
  const words = [process.execPath, '-e', client, agent.place.socketPath] as const
  const apart = await run('unshare', ['--pid', '--fork', ...words])
  expect(JSON.parse(apart.stdout)).toMatchObject({ reason: 'caller-refused', params: { why: 'namespace' } })
  const [node, ...args] = words
  expect(JSON.parse((await run(node, args)).stdout)).toHaveProperty('version')
})

describe('an account that the agent serves', () => {
  // Of the area that nothing on a machine has; each agent has a socket of its own there.
  const [uid, other] = [0x7fff_0007, 0x7fff_0008]
  const as = (id: number, socket: string, ...before: string[]) =>
    run('setpriv', ['--reuid', String(id), '--clear-groups', ...before, process.execPath, '-e', client, socket])

  test('has a socket that it alone may open, and nothing of the state folder', async () => {
    const { socket } = await agent.client.serveAccount({ uid })
    expect(await agent.client.serveAccount({ uid })).toEqual({ socket })
    expect(JSON.parse((await as(uid, socket)).stdout)).toHaveProperty('version')
    expect((await as(other, socket)).stdout).toBe('EACCES')
    expect((await as(uid, agent.place.socketPath)).stdout).toBe('EACCES')
  })

  test('is refused from a namespace of processes of its own, as on the agent’s own socket', async () => {
    const { socket } = await agent.client.serveAccount({ uid })
    const apart = await run('unshare', [
      '--pid',
      '--fork',
      'setpriv',
      '--reuid',
      String(uid),
      '--clear-groups',
      process.execPath,
      '-e',
      client,
      socket,
    ])
    expect(JSON.parse(apart.stdout)).toMatchObject({ reason: 'caller-refused', params: { why: 'namespace' } })
  })

  test('is named by what was found on this machine', async () => {
    await agent.client.serveAccount({ uid })
    const { findings } = await agent.client.examineHost({})
    expect(findings.find(({ id }) => id === `account-${uid}`)?.title).toContain('as good as root')
  })
})
