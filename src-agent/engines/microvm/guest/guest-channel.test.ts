import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type FakeGuest, greeting, startFakeGuest } from '../../../testing/guest/fake-guest.ts'
import type { ProcessPlan } from '../../driver.ts'
import { connectGuest } from './guest-channel.ts'
import type { GuestChannel } from './guest-types.ts'
import { field, limits, toGuest, toHost } from './protocol.ts'

const cat: ProcessPlan = { argv: ['cat'], env: [], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }

let guest: FakeGuest
let channel: GuestChannel | undefined

afterEach(() => {
  channel?.close()
  channel = undefined
  guest?.dispose()
})

async function connect(hello = greeting): Promise<GuestChannel> {
  guest = await startFakeGuest(hello)
  channel = await connectGuest(guest.path, AbortSignal.timeout(5000))
  return channel
}

function fieldTags(payload: Buffer): number[] {
  const tags: number[] = []
  for (let at = 0; at < payload.length; at += 8 + payload.readUInt32LE(at + 4)) tags.push(payload.readUInt16LE(at))
  return tags
}

async function exec(stdin = false) {
  const open = await connect()
  const process = await open.exec(cat, { stdin })
  const { session } = await guest.next()
  return { open, process, session }
}

describe('an honest guest', () => {
  test('is known by its greeting', async () => {
    const { hello } = await connect()
    expect(hello).toMatchObject({ kernelRelease: '6.12.1', phase: 'configured', features: ['pids'] })
  })

  test.each([
    [1, true],
    [0, false],
  ])('says whether it would notice a signal: %i', async (answer, handlesSignal) => {
    const open = await connect()
    const answered = open.handlesSignal(15)
    const { type, session } = await guest.next()
    expect(type).toBe(toGuest.HANDLES_SIGNAL)
    guest.send(toHost.HANDLES_SIGNAL, session, [[field.NUMBER, answer]])
    expect(await answered).toBe(handlesSignal)
  })

  test('gets the time when it goes on, and who it is where it is another one', async () => {
    const open = await connect()
    const tagsOf = async (done: Promise<void>) => {
      const { type, session, payload } = await guest.next()
      expect(type).toBe(toGuest.GO_ON)
      guest.send(toHost.OK, session)
      await done
      return fieldTags(payload)
    }
    const always = [field.TIME, field.SEED]
    expect(await tagsOf(open.goOn(null))).toEqual(always)
    const alone = { hostname: 'fork', network: null, hosts: null, resolvConf: null }
    expect(await tagsOf(open.goOn(alone))).toEqual([...always, field.HOSTNAME])
    const network = {
      address: '10.0.0.2',
      prefix: 24,
      gateway: '10.0.0.1',
      mac: '02:00:00:00:00:01',
      further: ['10.9.0.2/24'],
      gateway6: null,
    }
    expect(await tagsOf(open.goOn({ ...alone, network, hosts: 'x' }))).toEqual([
      ...[...always, field.HOSTNAME, field.HOSTS],
      ...[field.ADDRESS, field.PREFIX, field.GATEWAY, field.MAC, field.FURTHER_ADDRESS],
    ])
  })

  test('runs a process whose streams end before its exit is reported', async () => {
    const { process, session } = await exec()
    guest.send(toHost.STARTED, session, [[field.PID, 5]])
    guest.send(toHost.STDOUT, session, Buffer.from('out'))
    guest.send(toHost.STDERR, session, Buffer.from('err'))
    guest.send(toHost.EXIT, session, [[field.CODE, 3]])
    await process.started
    expect(await Promise.all([text(process.stdout), text(process.stderr), process.exited])).toEqual(['out', 'err', 3])
  })

  test('gets credit only for what was read', async () => {
    const { process, session } = await exec()
    const chunk = Buffer.alloc(32_000, 1)
    for (let sent = 0; sent + chunk.length <= limits.WINDOW_TO_HOST; sent += chunk.length) {
      guest.send(toHost.STDOUT, session, chunk)
    }
    const next = guest.next()
    expect(await Promise.race([next, sleep(200, 'nothing')])).toBe('nothing')
    process.stdout.resume()
    expect(await next).toMatchObject({ type: toGuest.CREDIT, session })
  })

  test('is sent no more input than its window, and more as it takes it', async () => {
    const { process, session } = await exec(true)
    process.stdin?.write(Buffer.alloc(limits.WINDOW_TO_GUEST + 10, 1))
    let sent = 0
    while (sent < limits.WINDOW_TO_GUEST) sent += (await guest.next()).payload.length
    expect(sent).toBe(limits.WINDOW_TO_GUEST)
    const credit = Buffer.alloc(4)
    credit.writeUInt32LE(1000)
    guest.send(toHost.CREDIT, session, credit)
    expect((await guest.next()).payload).toHaveLength(10)
    process.stdin?.end()
    expect(await guest.next()).toMatchObject({ type: toGuest.STDIN_END, session })
  })

  test('that is lost ends its processes with 137 and every question with a reason', async () => {
    const { open, process } = await exec(true)
    const question = open.stats()
    guest.dispose()
    await expect(question).rejects.toMatchObject({ wire: { reason: 'guest-gone' } })
    await expect(process.started).rejects.toMatchObject({ wire: { reason: 'guest-gone' } })
    expect(await process.exited).toBe(137)
    await open.closed
    await expect(open.stats()).rejects.toMatchObject({ wire: { reason: 'guest-gone' } })
    await expect(process.signal('SIGTERM')).resolves.toBeUndefined()
  })

  test('that ends at once loses none of its bytes for a reader who comes late', async () => {
    const { process, session } = await exec()
    guest.send(toHost.STDOUT, session, Buffer.from('out'))
    guest.send(toHost.EXIT, session, [[field.CODE, 0]])
    await process.started
    await sleep(20)
    expect(await text(process.stdout)).toBe('out')
    expect(await process.exited).toBe(0)
  })

  test('may answer a question late, when nobody waits any more', async () => {
    const { open, process, session } = await exec()
    guest.send(toHost.EXIT, session, [[field.CODE, 0]])
    await process.exited
    guest.send(toHost.OK, session)
    const stats = open.stats()
    guest.send(toHost.STATS, (await guest.next()).session, [[field.UPTIME_MS, 12]])
    expect(await stats).toMatchObject({ uptimeMs: 12, cpuPressure: null })
  })

  test('says why it refuses, and the words are those of the other classes', async () => {
    const open = await connect()
    const check = open.check(cat)
    guest.send(toHost.FAILED, (await guest.next()).session, [
      [field.ERRNO, 2],
      [field.WHAT, 'program'],
    ])
    await expect(check).rejects.toMatchObject({
      wire: { reason: 'command-not-found', params: { program: 'cat' }, detail: 'program: ENOENT' },
    })
  })

  test('says that a working directory cannot be entered', async () => {
    const open = await connect()
    const started = open.exec(cat, { stdin: false }).then((process) => process.started)
    guest.send(toHost.FAILED, (await guest.next()).session, [
      [field.ERRNO, 2],
      [field.WHAT, 'folder'],
    ])
    await expect(started).rejects.toMatchObject({ wire: { code: 'invalidRequest', reason: 'working-directory' } })
  })

  test('whose main process ended before the client came says so right after its greeting', async () => {
    const open = await connect()
    guest.send(toHost.MAIN_EXITED, 0, [
      [field.CODE, 7],
      [field.OOM_KILLS, 1],
    ])
    expect(await open.mainExited).toEqual({ code: 7, oomKills: 1 })
  })
})

describe('a hostile guest', () => {
  async function expectClosed(open: GuestChannel): Promise<void> {
    await expect(Promise.race([open.closed.then(() => 'closed'), sleep(3000, 'open')])).resolves.toBe('closed')
  }

  test.each([
    [
      'sends more than its window',
      (session: number) => {
        for (let count = 0; count < 20; count += 1) guest.send(toHost.STDOUT, session, Buffer.alloc(32_000))
      },
    ],
    ['speaks of a session that never was', () => guest.send(toHost.STDOUT, 4_000_000_000, Buffer.from('x'))],
    [
      'gives credit for what it never got',
      (session: number) => guest.send(toHost.CREDIT, session, Buffer.alloc(4, 255)),
    ],
    ['sends a credit of the wrong size', (session: number) => guest.send(toHost.CREDIT, session, Buffer.alloc(3))],
    ['greets twice', () => guest.send(toHost.HELLO, 0, Buffer.alloc(16))],
    [
      'ends with a code that no process has',
      (session: number) => guest.send(toHost.EXIT, session, [[field.CODE, 256]]),
    ],
    ['ends without a code', (session: number) => guest.send(toHost.EXIT, session)],
    ['answers a session with statistics', (session: number) => guest.send(toHost.STATS, session)],
    [
      'refuses in words that no terminal should show',
      (session: number) =>
        guest.send(toHost.FAILED, session, [
          [field.ERRNO, 2],
          [field.WHAT, '\x1b[2J'],
        ]),
    ],
  ])('that %s is cut off', async (_name, misbehave) => {
    const { open, process, session } = await exec(true)
    process.stdout.on('data', () => {}).pause()
    misbehave(session)
    await expectClosed(open)
    process.stdout.resume()
    expect(await process.exited).toBe(137)
  })

  test.each([
    ['another version', [[field.PROTOCOL, 2], ...greeting.slice(1)]],
    ['nothing', []],
    ['a kernel that clears the screen', [...greeting, [field.KERNEL_RELEASE, '\x1bc']]],
    ['a hundred features', [...greeting, ...Array.from({ length: 100 }, () => [field.FEATURE, 'x'] as const)]],
  ] as const)('that greets with %s is refused', async (_name, hello) => {
    await expect(connect(hello as typeof greeting)).rejects.toMatchObject({ wire: { reason: 'guest-gone' } })
  })

  test('that answers a question with an answer to another is cut off', async () => {
    const open = await connect()
    const question = open.stats()
    guest.send(toHost.OK, (await guest.next()).session)
    await expect(question).rejects.toMatchObject({ wire: { reason: 'guest-gone' } })
  })

  test('that sends millions of answers to nobody costs no memory', async () => {
    const { open, process, session } = await exec()
    guest.send(toHost.EXIT, session, [[field.CODE, 0]])
    await process.exited
    for (let count = 0; count < 2000; count += 1) guest.send(toHost.STDOUT, session, Buffer.alloc(1000))
    const stats = open.stats()
    guest.send(toHost.STATS, (await guest.next()).session, [[field.UPTIME_MS, 1]])
    await expect(stats).resolves.toMatchObject({ uptimeMs: 1 })
  })
})

test('nobody at the socket is reported as what it is, and a signal ends the wait', async () => {
  await expect(connectGuest('/nowhere/control', AbortSignal.timeout(5000))).rejects.toMatchObject({
    wire: { reason: 'guest-gone' },
  })
  const stop = new AbortController()
  stop.abort(new Error('enough'))
  await expect(connectGuest('/nowhere/control', stop.signal)).rejects.toThrow('enough')
})
