import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FunctionDetails, Invocation } from '#contract/function'
import { SandboxSpec } from '#contract/sandbox'
import { dockerArchive } from '../testing/images/image-builder.ts'
import { tarFile } from '../testing/images/tar-builder.ts'
import { createTestAgent } from '../testing/test-agent.ts'

const scratch = mkdtempSync(join(tmpdir(), 'joey-functions-'))
const agent = createTestAgent()
const { client } = agent
let port: number

beforeAll(() => agent.start())
afterAll(async () => {
  await agent.dispose()
  rmSync(scratch, { recursive: true, force: true })
})

type Deploy = Parameters<typeof client.deployFunction>[0]
type More = Partial<Omit<Deploy['spec'], 'sandbox'>> & { readonly class?: SandboxSpec['class'] }

/** Of busybox, with a command of words. */
async function deploy(
  name: string,
  command: readonly string[],
  { class: own, ...more }: More = {},
): Promise<FunctionDetails> {
  const sandbox = { ...SandboxSpec.parse({ image: 'busybox', command: [...command] }), ...(own && { class: own }) }
  const deployed = await client.deployFunction({ name, spec: { ...more, sandbox } })
  port = Number(new URL(deployed.url ?? '').port)
  return deployed
}

interface Ask {
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

async function ask(name: string, path = '/', { body, headers = {}, signal }: Ask = {}) {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const host = `${name}.localhost:${port}`
    const sent = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { host, ...headers },
      ...(signal && { signal }),
    })
    sent.once('response', resolve)
    sent.once('error', reject)
    sent.end(body)
  })
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return { status: answer.statusCode, headers: answer.headers, trailers: answer.trailers, text }
}

const reasonOf = (text: string): string => (JSON.parse(text) as { error: { reason: string } }).error.reason
const calls = (name: string): Promise<Invocation[]> => client.listInvocations({ name, last: 100 })
const sandboxesOf = async (name: string) =>
  (await client.listSandboxes({ all: true })).filter(({ spec }) => spec.labels['joey.function'] === name)

/** An HTTP server of a shell, a process for each connection: the path says what it answers. */
const server = `
read -r method path rest
while read -r line; do [ "$line" = "$(printf '\\r')" ] && break; done
case $path in
  /events) printf 'HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\n\\r\\n'; printf 'data: 1\\n\\n'; sleep 1000;;
  /socket) printf 'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n'; cat;;
  /trailers) printf 'HTTP/1.1 200 OK\\r\\nTrailer: Sum\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n0\\r\\nSum: 42\\r\\n\\r\\n';;
  /odd) printf 'HTTP/1.1 099 Odd\\r\\nContent-Length: 0\\r\\n\\r\\n';;
  /garbage) printf 'this is no HTTP\\r\\n\\r\\n';;
  /slow) sleep 1000;;
  /close) ;;
  *) printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\n\\r\\nhello\\n';;
esac`
const serverCommand = ['sh', '-c', `printf '%s' "$0" > /serve.sh; exec nc -ll -p $PORT -e sh /serve.sh`, server]

describe.each(['container', 'gvisor', 'microvm'] as const)('a function in the class %s', (own) => {
  it('runs its command for each call, with the body as input and the output as answer', async () => {
    await deploy(`count-${own}`, ['wc', '-c'], { class: own, kind: 'command', concurrency: 1 })
    expect(await sandboxesOf(`count-${own}`)).toEqual([])
    expect(await ask(`count-${own}`, '/', { body: 'hello' })).toMatchObject({ status: 200, text: '5\n' })
    expect(await ask(`count-${own}`, '/', { body: 'hello, world' })).toMatchObject({ status: 200, text: '12\n' })
    await expect.poll(() => calls(`count-${own}`)).toMatchObject([{ how: 'warm' }, { how: 'cold', status: 200 }])
    await client.removeFunction({ name: `count-${own}` })
    expect(await sandboxesOf(`count-${own}`)).toEqual([])
  })

  it('answers as an HTTP server that is started by the first call', async () => {
    await deploy(`web-${own}`, ['sh', '-c', 'echo "from $K_SERVICE" > /index.html; exec httpd -f -p $PORT -h /'], {
      class: own,
    })
    const answers = await Promise.all([1, 2, 3].map(() => ask(`web-${own}`)))
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, text: `from web-${own}\n` })
    await client.removeFunction({ name: `web-${own}` })
    expect(await sandboxesOf(`web-${own}`)).toEqual([])
  })
})

describe('what a server does', () => {
  beforeAll(() => deploy('raw', serverCommand, { timeoutMs: 20_000 }))

  it('reaches the caller as it comes: events that go on, trailers, a connection that becomes a socket', async () => {
    const left = new AbortController()
    const events = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: 'raw.localhost' }
      const sent = httpRequest({ host: '127.0.0.1', port, path: '/events', headers, signal: left.signal })
      sent.once('response', resolve).once('error', reject).end()
    })
    const first = await new Promise((resolve) => events.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    expect(first).toBe('data: 1\n\n')
    events.on('error', () => undefined)
    left.abort()
    expect((await ask('raw', '/trailers')).trailers).toEqual({ sum: '42' })
    expect(
      await exchange(
        'GET /socket HTTP/1.1\r\nHost: raw.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
        'ping',
      ),
    ).toMatch(/^HTTP\/1.1 101 [^]*\r\n\r\nping$/)
  })

  it('is told apart where it is no answer', async () => {
    for (const path of ['/garbage', '/odd', '/close'])
      expect(await ask('raw', path)).toMatchObject({ status: 502, headers: { 'joey-error': 'function-answer-broken' } })
  })

  it('is given up after the time that a call has, and when its caller leaves', async () => {
    await deploy('late', serverCommand, {
      timeoutMs: 1500,
      concurrency: 1,
      scale: { min: 0, max: 1, initial: 1, activation: 1 },
    })
    expect(await ask('late', '/slow')).toMatchObject({ status: 504, headers: { 'joey-error': 'function-timed-out' } })
    await expect(ask('late', '/slow', { signal: AbortSignal.timeout(200) })).rejects.toThrow()
    await expect.poll(async () => (await client.inspectFunction({ name: 'late' })).states[0]?.underWay).toBe(0)
    expect((await ask('late')).text).toBe('hello\n')
  })
})

/** Sends, and what was answered last is answered by `then`; gives all that came until that came back. */
function exchange(head: string, then: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(head))
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      if (text === '') socket.write(then)
      text += chunk.toString()
      if (!text.endsWith(then)) return
      resolve(text)
      socket.destroy()
    })
  })
}

describe('callers are told', () => {
  it('that there is no such function, revision or host', async () => {
    await deploy('here', ['true'], { kind: 'command' })
    expect(await ask('nowhere')).toMatchObject({ status: 404, headers: { 'joey-error': 'function-not-found' } })
    expect(await ask('old--here')).toMatchObject({
      status: 404,
      headers: { 'joey-error': 'function-revision-not-found' },
    })
    const elsewhere = await ask('here', '/', { headers: { host: 'rebound.example' } })
    expect(elsewhere).toMatchObject({ status: 421, headers: { 'joey-error': 'function-host-unknown' } })
  })

  it('why it did not start, and after that at once that it is not tried again yet', async () => {
    await deploy('crash', ['sh', '-c', 'echo "no configuration" >&2; exit 3'])
    const answer = await ask('crash')
    expect(answer).toMatchObject({ status: 502 })
    expect(answer.text).toContain('no configuration')
    expect(reasonOf((await ask('crash')).text)).toBe('function-not-started')
    expect(await sandboxesOf('crash')).toEqual([])
  })

  it('that it never took a connection', async () => {
    await deploy('deaf', ['sleep', '1000'], { startTimeoutMs: 500 })
    expect(reasonOf((await ask('deaf')).text)).toBe('function-not-ready')
    expect(await sandboxesOf('deaf')).toEqual([])
  })

  it('the words of a command that failed', async () => {
    await deploy('fails', ['sh', '-c', 'echo part; echo "bad input" >&2; exit 4'], { kind: 'command' })
    const answer = await ask('fails', '/', { body: 'x' })
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.text)).toMatchObject({ error: { output: 'bad input\n' } })
  })
})

describe('a command', () => {
  it('sees the call as CGI tells it, without the header that programs take for a setting', async () => {
    await deploy('env', ['env'], { kind: 'command' })
    const { text } = await ask('env', '/a/b?c=d', { headers: { 'x-own': '1', proxy: 'evil', forwarded: 'for=evil' } })
    for (const line of ['REQUEST_METHOD=GET', 'PATH_INFO=/a/b', 'QUERY_STRING=c=d', 'HTTP_X_OWN=1', 'K_SERVICE=env'])
      expect(text.split('\n')).toContain(line)
    expect(text).not.toContain('evil')
  })

  it('that is left by its caller is ended', async () => {
    await deploy('stays', ['sleep', '1000'], { kind: 'command', scale: { min: 0, max: 1, initial: 1, activation: 1 } })
    await expect(ask('stays', '/', { body: 'x', signal: AbortSignal.timeout(1000) })).rejects.toThrow()
    await expect.poll(async () => (await client.inspectFunction({ name: 'stays' })).states[0]?.underWay).toBe(0)
    const [sandbox] = await sandboxesOf('stays')
    const { stdout } = await agent.exec(sandbox?.id ?? '', { argv: ['ps', '-o', 'args'] })
    expect(stdout.toString()).not.toContain('sleep 1000')
  })
})

describe('revisions', () => {
  const answerOf = async (host: string): Promise<string> => (await ask(host)).text.trim()

  it('take the calls at once, share them, have addresses of their own, and go back', async () => {
    await deploy('site', ['echo', 'one'], { kind: 'command' })
    expect(await answerOf('site')).toBe('one')
    await deploy('site', ['echo', 'two'], { kind: 'command' })
    expect(await answerOf('site')).toBe('two')
    const traffic = [
      { revision: 1, percent: 0, tag: 'old' },
      { revision: 2, percent: 100, tag: null },
    ]
    await client.setTraffic({ name: 'site', traffic })
    expect([await answerOf('old--site'), await answerOf('site')]).toEqual(['one', 'two'])
    await client.setTraffic({ name: 'site', traffic: [{ revision: 1, percent: 100, tag: null }] })
    expect(await answerOf('site')).toBe('one')
    await expect(
      client.setTraffic({ name: 'site', traffic: [{ revision: 1, percent: 90, tag: null }] }),
    ).rejects.toMatchObject({
      wire: { reason: 'function-traffic-invalid' },
    })
  })

  it('keep their image, which nobody can remove meanwhile', async () => {
    const path = join(scratch, 'image.tar')
    writeFileSync(path, dockerArchive({ layers: [tarFile([{ name: 'bin', content: 'x' }])], tags: ['team/fn:1'] }))
    await client.importImage({ path })
    const sandbox = SandboxSpec.parse({ image: 'team/fn:1', command: ['/bin'] })
    await client.deployFunction({ name: 'keeps', spec: { kind: 'command', sandbox } })
    await expect(client.removeImage({ ref: 'team/fn:1' })).rejects.toMatchObject({
      wire: { reason: 'image-in-use', params: { sandboxes: 'fn keeps' } },
    })
    await client.removeFunction({ name: 'keeps' })
    await client.removeImage({ ref: 'team/fn:1' })
  })
})

it('an agent that is killed is followed by one that takes over what runs, and removes what nobody needs', async () => {
  await deploy('lasting', serverCommand, { scale: { min: 1, max: 2, initial: 1, activation: 1 } })
  expect((await ask('lasting')).text).toBe('hello\n')
  const [before] = await sandboxesOf('lasting')
  const ports = port
  await agent.murder()
  await agent.start()
  expect((await ask('lasting')).text).toBe('hello\n')
  expect(port).toBe(ports)
  expect((await sandboxesOf('lasting')).map(({ id }) => id)).toEqual([before?.id])
  await client.removeFunction({ name: 'lasting', force: true })
  expect(await sandboxesOf('lasting')).toEqual([])
})

it('instances go when nothing has come for the window and the grace', async () => {
  await deploy('brief', ['echo', 'hi'], {
    kind: 'command',
    autoscaling: { stableWindowMs: 6000, graceMs: 1000 } as NonNullable<Deploy['spec']['autoscaling']>,
  })
  await ask('brief')
  expect((await sandboxesOf('brief')).length).toBeGreaterThan(0)
  await expect.poll(() => sandboxesOf('brief'), { timeout: 60_000, interval: 500 }).toEqual([])
  expect((await ask('brief')).text).toBe('hi\n')
})

it('a burst from nothing is answered, all of it, by no more instances than it may have', async () => {
  await deploy('burst', ['cat'], {
    kind: 'command',
    concurrency: 1,
    scale: { min: 0, max: 4, initial: 0, activation: 1 },
  })
  const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => ask('burst', '/', { body: `${at}` })))
  expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map((_, at) => [200, `${at}`]))
  expect((await sandboxesOf('burst')).length).toBeLessThanOrEqual(4)
})
