import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { createGuestMaker, type GuestMaker, type RealGuest, runtimes } from '../../testing/io/real-guest.ts'
import { connect, type TestClient } from '../../testing/io/socket-pair.ts'
import { signalProcess } from './guest-process.ts'
import { createPipes, type Pipes } from './pipes.ts'
import { serveExec } from './serve-exec.ts'

describe.each(runtimes)('exec with $runtime', ({ runtime }) => {
  let maker: GuestMaker
  let guest: RealGuest
  let pipes: Pipes
  beforeAll(async () => {
    pipes = createPipes()
    maker = await createGuestMaker(runtime)
    guest = await maker.start({ argv: ['sleep', '1000'] })
  })
  afterAll(() => maker?.dispose())

  const open = (): Promise<TestClient> =>
    connect((socket) => serveExec(socket, { exec: guest.execRequest, signalProcess, pipes, requestMs: 3_000 }))
  const exec = async (argv: string[], more: object = {}): Promise<TestClient> => {
    const client = await open()
    client.send({ type: 'exec', argv, ...more })
    return client
  }
  const sh = (script: string, more: object = {}) => exec(['sh', '-c', script], more)
  const exit = async (client: TestClient) => (await client.until(({ message }) => message?.type === 'exit')).message
  const isRunning = async (text: string) => (await run('pgrep', ['-f', text], { okExitCodes: [0, 1] })).stdout !== ''
  // Between two programs of one process its command line is empty for a moment.
  const begins = async (text: string): Promise<boolean> => {
    for (let attempt = 0; attempt < 100 && !(await isRunning(text)); attempt += 1) await sleep(50)
    return isRunning(text)
  }
  const hasEnded = async (text: string): Promise<boolean> => {
    for (let attempt = 0; attempt < 100 && (await isRunning(text)); attempt += 1) await sleep(50)
    return !(await isRunning(text))
  }

  test('streams come apart, the exit code passes through, and the exit is the last message', async () => {
    const client = await sh('echo out; echo err >&2; exit 7')
    expect(await exit(client)).toEqual({ type: 'exit', code: 7, timedOut: false, exit: null })
    expect(await client.closed).toBe(1000)
    expect([`${client.bytes(1)}`, `${client.bytes(2)}`]).toEqual(['out\n', 'err\n'])
    expect(client.frames[0]?.message).toEqual({ type: 'started' })
    expect(client.frames.at(-1)?.message?.type).toBe('exit')
  })

  test('the streams can be opened by their names', async () => {
    const client = await sh('echo out >/dev/stdout; echo err >/dev/stderr; cat /dev/stdin', { stdin: true })
    client.send(Buffer.from('in'))
    client.send({ type: 'stdinEnd' })
    await exit(client)
    expect([`${client.bytes(1)}`, `${client.bytes(2)}`]).toEqual(['out\nin', 'err\n'])
  })

  test('input that is sent before the command runs reaches it, every byte of it', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const client = await exec(['cat'], { stdin: true })
    client.send(all)
    client.send({ type: 'stdinEnd' })
    await exit(client)
    expect(client.bytes(1)).toEqual(all)
  })

  test('20 MB of random bytes come back the same', async () => {
    const input = randomBytes(20_000_000)
    const client = await exec(['cat'], { stdin: true })
    for (let at = 0; at < input.length; at += 65_536) client.send(input.subarray(at, at + 65_536))
    client.send({ type: 'stdinEnd' })
    expect((await exit(client)).code).toBe(0)
    const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect(sum(client.bytes(1))).toBe(sum(input))
  })

  test('without input the command reads an end at once', async () => {
    const client = await sh('cat; echo done')
    await exit(client)
    expect(`${client.bytes(1)}`).toBe('done\n')
  })

  test.each([
    [['no-such-program'], 127, 'joey: no-such-program: command not found\n'],
    [['/no/such'], 127, 'joey: /no/such: command not found\n'],
    [['/etc'], 126, 'joey: /etc: permission denied\n'],
  ])('%j ends as in a shell', async (argv, code, words) => {
    const client = await exec(argv)
    expect((await exit(client)).code).toBe(code)
    expect(`${client.bytes(2)}`).toBe(words)
  })

  test('a text without an interpreter is reported in a sentence, and what only looks like it keeps its words', async () => {
    await exit(await sh('echo "echo hi" > /text; chmod 755 /text'))
    const client = await exec(['/text'])
    expect((await exit(client)).code).toBe(126)
    expect(`${client.bytes(2)}`).toBe('joey: /text: not a program for this machine\n')
    const alike = await sh('echo "exec /text: exec format error" >&2; exit 2')
    expect((await exit(alike)).code).toBe(2)
    expect(`${alike.bytes(2)}`).toBe('exec /text: exec format error\n')
  })

  test('a command that fails with the words of a runtime is no failure of the runtime', async () => {
    const client = await sh('echo "executable file not found" >&2; exit 1')
    expect((await exit(client)).code).toBe(1)
    expect(`${client.bytes(2)}`).toBe('executable file not found\n')
  })

  test('a signal reaches the process inside', async () => {
    const client = await sh("trap 'echo got; exit 3' INT; echo ready; while :; do sleep 0.05; done")
    await client.until(() => client.bytes(1).includes('ready'))
    client.send({ type: 'signal', signal: 'INT' })
    expect((await exit(client)).code).toBe(3)
    expect(`${client.bytes(1)}`).toBe('ready\ngot\n')
  })

  test('too long: all of it is killed and the exit says so', async () => {
    const client = await sh('sleep 4711 & sleep 4711', { timeoutMs: 300 })
    expect(await exit(client)).toEqual({ type: 'exit', code: 137, timedOut: true, exit: null })
    expect(await hasEnded('sleep 4711')).toBe(true)
  })

  test('a client that goes takes its command with it', async () => {
    const client = await sh('echo here; sleep 4712')
    await client.until(() => client.bytes(1).includes('here'))
    expect(await begins('sleep 4712')).toBe(true)
    client.socket.terminate()
    expect(await hasEnded('sleep 4712')).toBe(true)
  })

  test('a client that goes while its input is not taken takes its command with it', async () => {
    const client = await exec(['sleep', '4713'], { stdin: true })
    await client.until(({ message }) => message?.type === 'started')
    for (let index = 0; index < 64; index += 1) client.send(Buffer.alloc(256 * 1024))
    await sleep(300)
    client.socket.terminate()
    expect(await hasEnded('sleep 4713')).toBe(true)
  })

  // runc copies the streams itself and waits for their ends, also without Joey.
  test.runIf(runtime === 'crun')('somebody left behind with the streams does not hold the exit', async () => {
    const begun = performance.now()
    const client = await sh('sleep 4714 & echo started')
    expect((await exit(client)).code).toBe(0)
    expect(`${client.bytes(1)}`).toBe('started\n')
    expect(performance.now() - begun).toBeLessThan(3_000)
    await (await sh('pkill -f "sleep 4714"')).closed
  })

  test('memory stays flat while a client does not read', async () => {
    const client = await sh('yes')
    await client.until(({ bytes }) => bytes !== undefined)
    client.socket.pause()
    const before = process.memoryUsage().rss
    await sleep(1_500)
    expect(process.memoryUsage().rss - before).toBeLessThan(30 * 1024 * 1024)
    client.socket.terminate()
    expect(await hasEnded('^yes$')).toBe(true)
  })

  test.each([
    ['nothing', () => {}, 'exec-request-late'],
    ['no command', (client: TestClient) => client.send({ type: 'exec', argv: [] }), 'message-not-valid'],
    [
      'unknown fields',
      (client: TestClient) => client.send({ type: 'exec', argv: ['true'], x: 1 }),
      'message-not-valid',
    ],
    ['bytes', (client: TestClient) => client.send(Buffer.from('x')), 'message-not-valid'],
  ])('a client that sends %s gets an error and is let go', async (_what, act, reason) => {
    const client = await open()
    act(client)
    expect(await client.closed).toBe(4000)
    expect(client.frames.at(-1)?.message).toMatchObject({ reason })
  })
})
