import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Terminal } from '#contract/terminal'
import { run } from '../../base/process/run.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import { serveTerminal } from '../../io/terminals/serve-terminal.ts'
import { createGuestMaker, type GuestMaker, type RealGuest, runtimes } from '../../testing/io/real-guest.ts'
import { connect, type TestClient } from '../../testing/io/socket-pair.ts'
import { createTerminalService, type TerminalService } from './terminal-service.ts'

const sandboxId = 'aaaaaaaaaaaa'

describe.each(runtimes)('terminals with $runtime', ({ runtime }) => {
  let maker: GuestMaker
  let guest: RealGuest
  let service: TerminalService
  const errors: unknown[] = []
  beforeAll(async () => {
    service = createTerminalService({
      signalProcess,
      onChanged: () => {},
      onRemoved: () => {},
      onError: (error) => errors.push(error),
    })
    maker = await createGuestMaker(runtime)
    guest = await maker.start({ argv: ['sleep', '1000'] })
  })
  afterAll(async () => {
    service?.dispose()
    await maker?.dispose()
  })

  const open = (argv: string[], size = { columns: 80, rows: 24 }): Promise<Terminal> =>
    service.open({ sandboxId, argv, ...size }, () => guest.exec(argv, { tty: true }))
  const view = (id: string): Promise<TestClient> => connect((socket) => serveTerminal(socket, () => service.find(id)))
  const acknowledgeAll = (client: TestClient): void => {
    client.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) client.send({ type: 'ack', bytes: data.length })
    })
  }
  const shows = (client: TestClient, text: string) => client.until(() => client.bytes().includes(text))
  /** A whole flood would take too long to search again and again. */
  const stopped = (client: TestClient) => client.until(({ bytes }) => bytes?.includes('STOPPED') ?? false)
  const exited = async (client: TestClient) =>
    (await client.until(({ message }) => message?.type === 'exited')).message.exitCode
  const isRunning = async (text: string) => (await run('pgrep', ['-f', text], { okExitCodes: [0, 1] })).stdout !== ''

  test('a shell takes input, shows output, has its size from the start and follows a new one', async () => {
    const { id } = await open(['sh'], { columns: 91, rows: 31 })
    const [client, other] = [await view(id), await view(id)]
    client.send(Buffer.from('stty size\r'))
    await shows(client, '31 91')
    client.send({ type: 'resize', columns: 120, rows: 40 })
    await other.until(({ message }) => message?.type === 'resized')
    for (let attempt = 0; attempt < 20 && !client.bytes().includes('40 120'); attempt += 1) {
      client.send(Buffer.from('stty size\r'))
      await sleep(100)
    }
    await shows(client, '40 120')
    await shows(other, '40 120')
    client.send(Buffer.from('exit 5\r'))
    expect(await exited(client)).toBe(5)
    expect(service.list(sandboxId).find((each) => each.id === id)).toMatchObject({ state: 'exited', exitCode: 5 })
    const late = await view(id)
    await shows(late, '31 91')
    service.close(id)
    expect(await late.closed).toBe(1000)
  })

  test('bytes are exact both ways', async () => {
    const { id } = await open([
      'sh',
      '-c',
      'stty raw -echo; echo ready; head -c 256 | od -An -v -tx1 | tr -d " \\n"; echo; stty raw; i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i+1)); done; echo END',
    ])
    const client = await view(id)
    acknowledgeAll(client)
    await shows(client, 'ready')
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    client.send(all)
    await exited(client)
    const output = client.bytes()
    expect(output.toString('latin1')).toContain(all.toString('hex'))
    // runc makes every line feed a line's end.
    const expected = all.toString('latin1').replace('\n', runtime === 'runc' ? '\r\n' : '\n')
    expect(output.toString('latin1')).toContain(`${expected}END`)
    service.close(id)
  })

  test('200 quick ends lose nothing of their last 64 KB', async () => {
    const rounds = runtime === 'crun' ? 200 : 30
    const expected = `${'x'.repeat(65_530)}THEEND\r\n`
    const wrong: string[] = []
    const runToEnd = async (): Promise<void> => {
      const { id } = await open(['sh', '-c', 'head -c 65530 /dev/zero | tr "\\0" x; echo THEEND'])
      const client = await view(id)
      acknowledgeAll(client)
      await exited(client)
      const output = client.bytes().toString('latin1')
      if (output !== expected) wrong.push(`${output.length}: ${output.replace(/x+/g, (run) => `<${run.length} x>`)}`)
      client.socket.terminate()
      service.close(id)
    }
    for (let round = 0; round < rounds; round += 4) await Promise.all([runToEnd(), runToEnd(), runToEnd(), runToEnd()])
    expect(wrong).toEqual([])
  })

  test('what was written while a viewer held it is not lost at the end', async () => {
    const { id } = await open(['sh', '-c', 'head -c 600000 /dev/zero | tr "\\0" x; echo THEEND'])
    const client = await view(id)
    await sleep(1_500)
    expect(client.bytes().length).toBeLessThan(600_000)
    client.send({ type: 'ack', bytes: client.bytes().length })
    acknowledgeAll(client)
    await exited(client)
    expect(client.bytes().length).toBe(600_008)
    service.close(id)
  })

  test('memory stays flat under yes, seen or not, and Ctrl-C ends it at once', async () => {
    const { id } = await open(['sh', '-c', 'trap "echo STOPPED" INT; yes; sleep 100'])
    const client = await view(id)
    await sleep(500)
    const before = process.memoryUsage().rss
    await sleep(1_500)
    expect(process.memoryUsage().rss - before).toBeLessThan(30 * 1024 * 1024)
    client.send({ type: 'ack', bytes: client.bytes().length })
    acknowledgeAll(client)
    await sleep(300)
    const begun = performance.now()
    client.send(Buffer.from('\u0003'))
    await stopped(client)
    const latencyMs = Math.round(performance.now() - begun)
    process.stdout.write(`Ctrl-C in a flood, ${runtime}: ${latencyMs} ms\n`)
    // How fast is a row of the benchmark of terminals; here it only must not be the hundred seconds of the sleep.
    expect(latencyMs).toBeLessThan(30_000)
    service.close(id)
  })

  test('a waiting shell can be closed as idle, and one with work below it or another program cannot', async () => {
    const waiting = await open(['sh'])
    const working = await open(['sh'])
    const client = await view(working.id)
    client.send(Buffer.from('sleep 4722 & echo "beg"un\r'))
    await shows(client, 'begun')
    await expect(service.closeIfIdle(working.id)).rejects.toThrow(/More than a waiting shell/)
    await service.closeIfIdle(waiting.id)
    const program = await open(['sleep', '4722'])
    await expect(service.closeIfIdle(program.id)).rejects.toThrow(/More than a waiting shell/)
    const left = service.list(sandboxId).map(({ id }) => id)
    expect([waiting, working, program].map(({ id }) => left.includes(id))).toEqual([false, true, true])
    for (const { id } of [working, program]) service.close(id)
  })

  test('closing hangs up, and kills what ignores it', async () => {
    const { id } = await open(['sh', '-c', 'trap "" HUP TERM; while :; do sleep 4721; done'])
    for (let attempt = 0; attempt < 40 && !(await isRunning('sleep 4721')); attempt += 1) await sleep(50)
    service.close(id)
    for (let attempt = 0; attempt < 80 && (await isRunning('sleep 4721')); attempt += 1) await sleep(50)
    expect(await isRunning('sleep 4721')).toBe(false)
    expect(() => service.find(id)).toThrow()
  })

  test('a program that is not there is reported as such', async () => {
    await expect(open(['no-such-shell'])).rejects.toMatchObject({ wire: { reason: 'command-not-found' } })
    expect(service.list(sandboxId).every(({ argv }) => argv[0] !== 'no-such-shell')).toBe(true)
  })

  test('a large paste that nobody reads costs bounded memory', async () => {
    const { id } = await open(['sh', '-c', 'stty raw -echo; echo ready; sleep 100'])
    const client = await view(id)
    await shows(client, 'ready')
    const before = process.memoryUsage().rss
    for (let index = 0; index < 200; index += 1) client.send(Buffer.alloc(256 * 1024))
    await sleep(800)
    expect(client.socket.bufferedAmount).toBeGreaterThan(40 * 1024 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    client.socket.terminate()
    service.close(id)
  })

  describe('the main terminal', () => {
    const openMain = (main: RealGuest, isNew: boolean) => {
      const { files, attach, control, ended, pid } = main
      const holder = { pid, isEngine: false }
      const streams = { files, start: null, attach, control, ended }
      return service.openMain({ sandboxId, argv: ['sh'], ...streams, holder, isNew, wantedSize: null })
    }

    test('takes input, follows the size, survives the agent and ends with the process', async () => {
      const main = await maker.start({
        argv: ['sh', '-c', 'while read line; do echo "got $line"; stty size; done; exit 9'],
        tty: true,
      })
      const terminal = await openMain(main, true)
      expect(() => service.close(terminal.id)).toThrow(/main process/)
      const client = await view(terminal.id)
      client.send(Buffer.from('one\r'))
      await shows(client, '24 80')
      client.send({ type: 'resize', columns: 100, rows: 33 })
      await sleep(200)
      client.send(Buffer.from('two\r'))
      await shows(client, '33 100')
      client.socket.terminate()

      const again = await openMain(main, false)
      expect(again).toMatchObject({ columns: 100, rows: 33 })
      expect(service.list(sandboxId).filter(({ kind }) => kind === 'main')).toHaveLength(1)
      const next = await view(again.id)
      await shows(next, 'got two')
      next.send(Buffer.from('three\r'))
      await shows(next, 'got three')
      next.send(Buffer.from('\u0004'))
      expect(await exited(next)).toBe(9)
      service.close(again.id)
    })

    test('a flood nobody can follow is left out, and Ctrl-C shows at once what comes of it', async () => {
      const main = await maker.start({
        argv: ['sh', '-c', 'trap "echo STOPPED" INT; yes; while :; do sleep 1; done'],
        tty: true,
      })
      const { id } = await openMain(main, true)
      const client = await view(id)
      let unacknowledged = 0
      client.socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) unacknowledged += data.length
      })
      const timer = setInterval(() => {
        if (unacknowledged > 0) client.send({ type: 'ack', bytes: Math.min(unacknowledged, 65_536) })
        unacknowledged -= Math.min(unacknowledged, 65_536)
      }, 50)
      await sleep(3_000)
      const begun = performance.now()
      client.send(Buffer.from('\u0003'))
      expect(await stopped(client)).toHaveProperty('bytes')
      process.stdout.write(
        `Ctrl-C in a flood of the main process, ${runtime}: ${Math.round(performance.now() - begun)} ms\n`,
      )
      clearInterval(timer)
      client.socket.terminate()
      await main.kill()
    })
  })

  test('nothing failed unseen', () => {
    expect(errors).toEqual([])
  })
})
