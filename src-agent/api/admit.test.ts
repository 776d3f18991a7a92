import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { admitOnly, type Intruder, judgePeer } from './admit.ts'

const groups = (path: string) => `3:memory:${path}\t1:name=systemd:/user.slice\t0::/\t`

test.each([
  ['a program of this machine', `7 here ${groups('/user.slice/a:b')}`, null],
  ['what was not started from here and has no number', '0', null],
  ['a sandbox', `7 elsewhere ${groups('/joey/abc/s1/init')}`, { why: 'sandbox', pid: 7, id: 's1' }],
  ['what serves a sandbox on this machine', `7 here ${groups('/joey/abc/s1')}`, { why: 'sandbox', pid: 7, id: 's1' }],
  ['a sandbox of another agent', `7 elsewhere ${groups('/joey/def/s1')}`, { why: 'namespace', pid: 7, id: null }],
  ['a container', `7 elsewhere ${groups('/docker/1')}`, { why: 'namespace', pid: 7, id: null }],
  ['who has ended', 'gone', { why: 'gone', pid: null, id: null }],
  ['what cannot be asked', 'unknown', { why: 'gone', pid: null, id: null }],
])('judged is %s', (_who, answer, intruder) => {
  expect(judgePeer(answer, '/joey/abc')).toEqual(intruder)
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-admit-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A server behind the judgement, what it has got, and a way to ask it. */
async function listen(judge: (descriptor: number) => Promise<Intruder | null>) {
  const got: string[] = []
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      got.push(`${incoming.method} ${Buffer.concat(parts).length}`)
      response.end('served')
    })
  })
  admitOnly(server, judge)
  const path = join(folder, 'socket')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const ask = (body = '') =>
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
  return { ask, got, path, close }
}

test('who may is served with all that was sent before it was asked for', async () => {
  const asked = Promise.withResolvers<null>()
  const { ask, got, close } = await listen(() => asked.promise)
  const answers = [ask('x'.repeat(1_000_000)), ask()]
  asked.resolve(null)
  expect(await Promise.all(answers)).toEqual([
    { status: 200, text: 'served' },
    { status: 200, text: 'served' },
  ])
  expect(got.sort()).toEqual(['POST 0', 'POST 1000000'])
  await close()
})

test('who may not is told why, and nothing of it is served', async () => {
  const { ask, got, close } = await listen(async () => ({ why: 'sandbox', pid: 7, id: 's1' }))
  const { status, text } = await ask('x'.repeat(1000))
  expect(status).toBe(403)
  expect(JSON.parse(text)).toMatchObject({ code: 'refused', reason: 'caller-refused', params: { why: 'sandbox' } })
  expect(got).toEqual([])
  await close()
})

test('who cannot be judged is refused', async () => {
  const { ask, got, close } = await listen(() => Promise.reject(new Error('The disk is full.')))
  expect(await ask()).toMatchObject({ status: 403 })
  expect(got).toEqual([])
  await close()
})

test('one that goes while it is asked for is no failure', async () => {
  const asked = Promise.withResolvers<null>()
  const seen = Promise.withResolvers<void>()
  const { ask, path, close } = await listen(() => {
    seen.resolve()
    return asked.promise
  })
  const gone = connect(path)
  await seen.promise
  gone.destroy()
  asked.resolve(null)
  expect(await ask()).toMatchObject({ status: 200 })
  await close()
})
