import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { admitOnly, findIntruder, type Intruder } from './admit.ts'

const groups = (path: string) => `3:memory:${path}\t1:name=systemd:/user.slice\t0::/\t`

test.each([
  ['a program of this machine', `7 here ${groups('/user.slice/a:b')}`, null],
  ['what was not started from here and has no number', '0', null],
  ['a sandbox', `7 elsewhere ${groups('/joey/abc/s1/init')}`, { why: 'sandbox', pid: 7, id: 's1' }],
  ['what serves a sandbox on this machine', `7 here ${groups('/joey/abc/s1')}`, { why: 'sandbox', pid: 7, id: 's1' }],
  ['a sandbox of another agent', `7 elsewhere ${groups('/joey/def/s1')}`, { why: 'namespace', pid: 7, id: null }],
  ['a container', `7 elsewhere ${groups('/docker/1')}`, { why: 'namespace', pid: 7, id: null }],
  ['who has ended', 'gone', { why: 'gone', pid: null, id: null }],
  ['what cannot be decision', 'unknown', { why: 'gone', pid: null, id: null }],
])('the check of %s', (_who, answer, intruder) => {
  expect(findIntruder(answer, '/joey/abc')).toEqual(intruder)
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-admit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A server behind the check, what it has received, and a way to send it requests. */
async function listen(check: (descriptor: number) => Promise<Intruder | null>) {
  const got: string[] = []
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      got.push(`${incoming.method} ${Buffer.concat(parts).length}`)
      response.end('served')
    })
  })
  admitOnly(server, check)
  const path = join(folder, 'socket')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const post = (body = '') =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const sent = request({ socketPath: path, method: 'POST', agent: false }, (response) => {
        let text = ''
        response.on('data', (part: Buffer) => {
          text += part.toString('utf8')
        })
        response.on('end', () => resolve({ status: response.statusCode, text }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const close = () => new Promise((resolve) => server.close(resolve))
  return { post, got, path, close }
}

test('an allowed connection is served with all that was sent before the check was done', async () => {
  const decision = Promise.withResolvers<null>()
  const { post, got, close } = await listen(() => decision.promise)
  const answers = [post('x'.repeat(1_000_000)), post()]
  decision.resolve(null)
  expect(await Promise.all(answers)).toEqual([
    { status: 200, text: 'served' },
    { status: 200, text: 'served' },
  ])
  expect(got.sort()).toEqual(['POST 0', 'POST 1000000'])
  await close()
})

test('a refused connection gets the reason, and nothing of it is served', async () => {
  const { post, got, close } = await listen(async () => ({ why: 'sandbox', pid: 7, id: 's1' }))
  const { status, text } = await post('x'.repeat(1000))
  expect(status).toBe(403)
  expect(JSON.parse(text)).toMatchObject({ code: 'refused', reason: 'caller-refused', params: { why: 'sandbox' } })
  expect(got).toEqual([])
  await close()
})

test('a connection that cannot be checked is refused', async () => {
  const { post, got, close } = await listen(() => Promise.reject(new Error('The disk is full.')))
  expect(await post()).toMatchObject({ status: 403 })
  expect(got).toEqual([])
  await close()
})

test('a connection that closes while it is checked is no failure', async () => {
  const decision = Promise.withResolvers<null>()
  const seen = Promise.withResolvers<void>()
  const { post, path, close } = await listen(() => {
    seen.resolve()
    return decision.promise
  })
  const gone = connect(path)
  await seen.promise
  gone.destroy()
  decision.resolve(null)
  expect(await post()).toMatchObject({ status: 200 })
  await close()
})
