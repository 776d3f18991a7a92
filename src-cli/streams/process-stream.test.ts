import { afterEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { StreamByte } from '#contract/words'
import { type FakeAgent, startFakeAgent } from '../testing/fake-agent.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { followProcess } from './process-stream.ts'

let agent: FakeAgent | undefined
afterEach(async () => {
  await agent?.close()
  agent = undefined
})

const first = { type: 'exec' as const, argv: ['x'] }
const exit = JSON.stringify({ type: 'exit', code: 7, timedOut: false, exit: null })
const frame = (stream: number, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from([stream]), bytes])

async function follow(serve: (socket: WebSocket) => void, { stdin = false, input = [] as Buffer[] } = {}) {
  agent = await startFakeAgent(serve)
  const setUp = fakeContext(agent.socketPath)
  for (const chunk of input) setUp.stdin.write(chunk)
  setUp.stdin.end()
  const following = followProcess(setUp.context, {
    stream: 'execStream',
    request: { ref: 'box' },
    first,
    stdin,
    raw: false,
  })
  return { ...setUp, following }
}

test('streams stay apart and byte exact, and the code comes back', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  const { following, stdout, stderr } = await follow((socket) => {
    socket.send(JSON.stringify({ type: 'started' }))
    socket.send(frame(StreamByte.stdout, bytes))
    socket.send(frame(StreamByte.stderr, Buffer.from('err')))
    socket.send(frame(StreamByte.stdout, Buffer.alloc(0)))
    socket.send(exit)
    socket.close(1000)
  })
  expect(await following).toMatchObject({ code: 7 })
  expect(stdout.bytes()).toEqual(bytes)
  expect(stderr.text()).toBe('err')
})

test('standard input arrives whole and in order, then its end', async () => {
  const received: string[] = []
  const { following } = await follow(
    (socket) =>
      socket.on('message', (data: Buffer, isBinary) => {
        received.push(isBinary ? data.toString('latin1') : (JSON.parse(data.toString()) as { type: string }).type)
        if (!isBinary && received.at(-1) === 'stdinEnd') {
          socket.send(exit)
          socket.close(1000)
        }
      }),
    { stdin: true, input: [Buffer.from('a\0'), Buffer.from([0xff])] },
  )
  await following
  expect(received[0]).toBe('exec')
  expect(received.at(-1)).toBe('stdinEnd')
  expect(received.slice(1, -1).join('')).toBe('a\0\xff')
})

test('an error of the agent is thrown as it is', async () => {
  const { following } = await follow((socket) => {
    socket.send(JSON.stringify({ code: 'notFound', reason: 'sandbox-not-found', message: 'No.' }))
    socket.close(4000)
  })
  await expect(following).rejects.toMatchObject({ wire: { code: 'notFound', reason: 'sandbox-not-found' } })
})

test('an agent that dies is reported, after what it had sent was printed', async () => {
  const { following, stdout } = await follow((socket) => {
    socket.send(frame(StreamByte.stdout, Buffer.from('so far')), () => socket.terminate())
  })
  await expect(following).rejects.toMatchObject({ wire: { reason: 'agent-connection-lost' } })
  expect(stdout.text()).toBe('so far')
})

test('an end without an exit message is not taken for success', async () => {
  const { following } = await follow((socket) => socket.close(1000))
  await expect(following).rejects.toMatchObject({ wire: { code: 'unavailable' } })
})

test('a message that lacks what its type has is refused, not guessed at', async () => {
  const { following } = await follow((socket) => socket.send(JSON.stringify({ type: 'exit' })))
  await expect(following).rejects.toMatchObject({ wire: { reason: 'answer-not-valid' } })
})

test('nobody listening says that the agent does not run', async () => {
  const { context } = fakeContext('/nowhere/joeyd.sock')
  const following = followProcess(context, {
    stream: 'execStream',
    request: { ref: 'box' },
    first,
    stdin: false,
    raw: false,
  })
  await expect(following).rejects.toMatchObject({ wire: { reason: 'agent-not-running' } })
})
