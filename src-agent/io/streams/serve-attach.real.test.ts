import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { monitorLogBytes } from '../../engines/log-bound.ts'
import { monitorState } from '../../testing/io/monitor-state.ts'
import { createGuestMaker, type GuestMaker, type RealGuest, runtimes } from '../../testing/io/real-guest.ts'
import { connect, type TestClient } from '../../testing/io/socket-pair.ts'
import { createLogRotation } from '../logs/log-rotation.ts'
import { createMainInput, type MainInput } from './main-input.ts'
import { serveAttach } from './serve-attach.ts'
import { serveLogs } from './serve-logs.ts'

const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe.each(runtimes)('the main process with $runtime', ({ runtime }) => {
  let maker: GuestMaker
  beforeAll(async () => {
    maker = await createGuestMaker(runtime)
  })
  afterAll(() => maker?.dispose())

  const sh = (script: string, stdin = false): Promise<RealGuest> => maker.start({ argv: ['sh', '-c', script], stdin })
  const attach = (guest: RealGuest, input: MainInput | null = null, from: 'run' | 'now' = 'run') =>
    connect((socket) =>
      serveAttach(
        socket,
        { from },
        { files: guest.files, start: null, ended: guest.ended, input, signal: async () => {}, hold: guest.hold },
      ),
    )
  const inputOf = (guest: RealGuest): MainInput => createMainInput(guest.attach)

  test('every byte comes back on its own stream, and then the exit', async () => {
    const guest = await sh(`printf 'a\\0b\\377\\n\\r\\n\\nno end'; printf 'err\\n\\n' >&2; exit 7`)
    const client = await attach(guest)
    await client.closed
    expect([...client.bytes(1)]).toEqual([...Buffer.from('a\0b\xff\n\r\n\nno end', 'latin1')])
    expect(`${client.bytes(2)}`).toBe('err\n\n')
    expect(client.frames.at(-1)?.message).toMatchObject({ type: 'exit', code: 7, exit: { code: 7 } })
  })

  test('20 MB in and out come back the same, and the end of input reaches the guest', async () => {
    const guest = await sh('cat', true)
    const client = await attach(guest, inputOf(guest))
    const input = randomBytes(20_000_000)
    for (let at = 0; at < input.length; at += 65_536) client.send(input.subarray(at, at + 65_536))
    client.send({ type: 'stdinEnd' })
    await client.closed
    expect(client.bytes(1).length).toBe(input.length)
    expect(sum(client.bytes(1))).toBe(sum(input))
  })

  test('an end of input without any input reaches the guest', async () => {
    const guest = await sh('cat; echo done', true)
    const client = await attach(guest, inputOf(guest))
    client.send({ type: 'stdinEnd' })
    await client.closed
    expect(`${client.bytes(1)}`).toBe('done\n')
  })

  test('input stays open when its clients go, and for an agent that knows nothing of the one before', async () => {
    const guest = await sh('while read line; do echo "got $line"; done; echo end', true)
    const first = await attach(guest, inputOf(guest))
    first.send(Buffer.from('one\n'))
    await first.until(() => first.bytes(1).includes('got one'))
    first.socket.terminate()
    const second = await attach(guest, inputOf(guest))
    second.send(Buffer.from('two\n'))
    await second.until(() => second.bytes(1).includes('got two'))
    await sleep(300)
    expect(`${second.bytes(1)}`).toBe('got one\ngot two\n')
    second.socket.terminate()
    await guest.kill()
    expect((await guest.ended).code).toBe(137)
  })

  test('the helpers for input end with the guest', async () => {
    const guest = await sh('read line; echo "got $line"', true)
    const client = await attach(guest, inputOf(guest))
    client.send(Buffer.from('x\n'))
    await client.closed
    const helpers = async () => (await run('pgrep', ['-f', guest.attach], { okExitCodes: [0, 1] })).stdout
    for (let attempt = 0; attempt < 60 && (await helpers()) !== ''; attempt += 1) await sleep(50)
    expect(await helpers()).toBe('')
    const keeper = JSON.parse(await readFile(join(dirname(guest.attach), 'stdin.keeper'), 'utf8')) as { pid: number }
    for (let attempt = 0; attempt < 60 && (await stat(`/proc/${keeper.pid}`).catch(() => null)); attempt += 1)
      await sleep(50)
    await expect(readFile(`/proc/${keeper.pid}/cmdline`, 'utf8').catch(() => '')).resolves.toBe('')
  })

  test('from now on shows only what comes', async () => {
    const guest = await sh('echo before; sleep 0.7; echo after')
    await sleep(300)
    const client = await attach(guest, null, 'now')
    await client.closed
    expect(`${client.bytes(1)}`).toBe('after\n')
  })

  test('logs rotate without the loss of a byte to a slow reader', async () => {
    const rotation = createLogRotation({
      limitBytes: 512 * 1024,
      latestMs: 100,
      onError: (error) => expect.fail(String(error)),
    })
    const guest = await sh(
      'i=0; while [ $i -lt 60 ]; do head -c 100000 /dev/urandom | tee -a /tmp/all; sleep 0.02; i=$((i+1)); done; sha256sum </tmp/all >&2',
    )
    const stop = rotation.watch(guest.files, guest.control)
    const client = await attach(guest)
    const pauses = setInterval(() => {
      client.socket.pause()
      setTimeout(() => client.socket.resume(), 100)
    }, 150)
    await client.closed
    clearInterval(pauses)
    stop()
    expect(client.bytes(1).length).toBe(6_000_000)
    expect(`${client.bytes(2)}`).toContain(sum(client.bytes(1)))
    const names = await readdir(dirname(guest.files.path))
    expect(names.filter((name) => name.startsWith('log')).sort()).toEqual(['log', 'log.1', 'log.2', 'log.3'])
  })

  const logBytes = async (guest: RealGuest): Promise<number> => {
    const folder = dirname(guest.files.path)
    const names = (await readdir(folder)).filter((name) => name.startsWith('log'))
    const found = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)))
    return found.reduce((total, file) => total + (file?.size ?? 0), 0)
  }

  test('a flood is bounded by the monitor where no agent looks', async () => {
    const guest = await sh('yes | head -c 3000000')
    await guest.ended
    expect(await logBytes(guest)).toBeGreaterThan(0)
    expect(await logBytes(guest)).toBeLessThanOrEqual(monitorLogBytes)
  })

  const greeting = 'ready\n'
  /** Writes so much once it is to begin. What nobody reads yet is kept only up to a bound. */
  const flood = (bytes: number): Promise<RealGuest> =>
    sh(`echo ready; until [ -e /begin ]; do usleep 20000; done; yes ${'0123456789'.repeat(20)} | head -c ${bytes}`)
  /** As soon as the client has what was written before, it follows. */
  const begin = async (guest: RealGuest, client: TestClient): Promise<void> => {
    await client.until(() => client.bytes(1).length >= greeting.length)
    await writeFile(join(dirname(guest.attach), 'rootfs', 'begin'), '')
  }

  test('a flood that is followed stays within 64 MiB and loses nothing', async () => {
    const rotation = createLogRotation({ onError: (error) => expect.fail(String(error)) })
    const guest = await flood(100_000_000)
    const stop = rotation.watch(guest.files, guest.control)
    const sizes: number[] = []
    const timer = setInterval(() => void logBytes(guest).then((size) => sizes.push(size)), 20)
    const client = await attach(guest)
    await begin(guest, client)
    await client.closed
    clearInterval(timer)
    stop()
    expect(client.bytes(1).length).toBe(greeting.length + 100_000_000)
    expect(Math.max(...sizes)).toBeGreaterThan(8 * 2 ** 20)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 2 ** 20)
  })

  /** A client that reads nothing more, so that the guest has come to wait for it. */
  const stalled = async (guest: RealGuest) => {
    const client = await attach(guest)
    await begin(guest, client)
    await client.until(() => client.bytes(1).length > greeting.length)
    client.socket.pause()
    await expect.poll(() => monitorState(dirname(guest.attach)), { timeout: 60_000 }).toBe('T')
    return client
  }

  test('a guest waits for a reader that stands still, which gets every byte when it goes on', async () => {
    const rotation = createLogRotation({ onError: (error) => expect.fail(String(error)) })
    const guest = await flood(120_000_000)
    const stop = rotation.watch(guest.files, guest.control)
    const client = await stalled(guest)
    client.socket.resume()
    await client.closed
    stop()
    expect(client.bytes(1).length).toBe(greeting.length + 120_000_000)
    expect(client.frames.at(-1)?.message).toMatchObject({ type: 'exit', code: 0 })
  })

  test('a guest that waits for a reader goes on when that one leaves, and its end is reported at once', async () => {
    const left = await flood(1_000_000_000)
    ;(await stalled(left)).socket.terminate()
    await expect.poll(() => monitorState(dirname(left.attach)), { timeout: 20_000 }).not.toBe('T')
    await left.kill()
    const killed = await flood(1_000_000_000)
    const client = await stalled(killed)
    await killed.kill()
    expect((await killed.ended).code).toBe(137)
    client.socket.terminate()
  })

  test('the log is served as lines, and followed to its end', async () => {
    const guest = await sh('echo one; echo two >&2; sleep 0.3; echo three')
    const client = await connect((socket) =>
      serveLogs(socket, { follow: true }, { files: guest.files, ended: guest.ended }),
    )
    await client.closed
    const lines = client.frames.flatMap(({ message }) => message.lines ?? []) as {
      text: string
      stream: string
      at: string
    }[]
    expect(lines.map(({ text, stream }) => `${stream} ${text}`).sort()).toEqual([
      'stderr two',
      'stdout one',
      'stdout three',
    ])
    expect(lines[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    expect(client.frames.at(-1)?.message).toEqual({ type: 'end' })
    const tail = await connect((socket) =>
      serveLogs(socket, { follow: false, tail: 1 }, { files: guest.files, ended: null }),
    )
    await tail.closed
    expect(tail.frames.map(({ message }) => message.lines?.[0]?.text ?? message.type)).toEqual(['three', 'end'])
  })
})
