import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../../base/process/run.ts'
import {
  buildImage,
  type MachineOptions,
  plan,
  saveTemplate,
  startMachine,
  type TestMachine,
  testConfig,
} from '../../../testing/guest/guest-fixture.ts'
import type { GuestProcess, ProcessPlan } from '../../driver.ts'
import { connectGuest } from './guest-channel.ts'
import type { GuestChannel, GuestConfig } from './guest-types.ts'

let images: string
let image: string
let machine: TestMachine
let channel: GuestChannel

beforeAll(async () => {
  images = mkdtempSync(join(tmpdir(), 'joey-guest-image-'))
  image = await buildImage(images)
})
afterAll(() => rmSync(images, { recursive: true, force: true }))

async function boot(changes: Partial<GuestConfig> = {}, options: MachineOptions = {}): Promise<void> {
  machine = await startMachine(image, options)
  channel = await connect()
  await channel.configure({ ...testConfig, ...changes })
}

const connect = () => connectGuest(machine.control, AbortSignal.timeout(50_000))

const shell = (script: string, more: Partial<ProcessPlan> = {}) => plan(['sh', '-c', script], more)

async function exec(process: ProcessPlan, stdin = false): Promise<GuestProcess> {
  return channel.exec(process, { stdin })
}

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function result(process: ProcessPlan): Promise<Result> {
  const { stdout, stderr, exited } = await exec(process)
  const [out, err, code] = await Promise.all([text(stdout), text(stderr), exited])
  return { code, out, err }
}

async function untilPrinted(stream: Readable, words: string): Promise<string> {
  let seen = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    seen += String(chunk)
    if (seen.includes(words)) return seen
  }
  throw new Error(`It ended without saying ${words}: ${seen}`)
}

describe('a guest whose main process runs', () => {
  beforeAll(async () => {
    await boot()
    await channel.startMain(plan(['sleep', '100000']), { stdin: false })
  })
  afterAll(() => machine?.dispose())

  test('an exec ends with the exit code of its program, or 128 and the signal', async () => {
    expect(await result(shell('exit 7'))).toMatchObject({ code: 7 })
    expect(await result(shell('kill -9 $$'))).toMatchObject({ code: 137 })
  })

  test('standard output and standard error stay apart', async () => {
    expect(await result(shell('echo out; echo err >&2'))).toEqual({ code: 0, out: 'out\n', err: 'err\n' })
  })

  test.each([
    ['three binary bytes', Buffer.from([0, 255, 10])],
    ['five megabytes', randomBytes(5 * 1024 * 1024)],
    ['nothing', Buffer.alloc(0)],
  ])('%s come back as they were sent', async (_name, bytes) => {
    const { stdin, stdout, exited } = await exec(plan(['cat']), true)
    stdin?.end(bytes)
    expect((await buffer(stdout)).equals(bytes)).toBe(true)
    expect(await exited).toBe(0)
  })

  test('a program that is not there, or is none, is refused as in the other classes', async () => {
    const missing = await exec(plan(['nope']))
    await expect(missing.started).rejects.toMatchObject({ wire: { reason: 'command-not-found' } })
    expect(await missing.exited).toBe(127)
    await expect((await exec(plan(['/bin/script']))).started).rejects.toMatchObject({
      wire: { reason: 'command-not-executable' },
    })
  })

  test('a signal reaches the process, a kill also what it started', async () => {
    const polite = await exec(shell('trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.05; done'))
    await untilPrinted(polite.stdout, 'ready')
    await polite.signal('SIGTERM')
    expect(await text(polite.stdout)).toBe('bye\n')
    expect(await polite.exited).toBe(3)
    const parent = await exec(shell('sleep 54321 & echo ready; wait'))
    await untilPrinted(parent.stdout, 'ready')
    await parent.kill()
    expect(await parent.exited).toBe(137)
    expect((await result(plan(['ps']))).out).not.toContain('54321')
    await expect(parent.signal('SIGTERM')).resolves.toBeUndefined()
  })

  test('a terminal has its size, and a new one after a resize', async () => {
    const { stdin, stdout, exited, resize } = await exec(plan(['sh'], { tty: true, columns: 91, rows: 33 }), true)
    stdin?.write('stty size\n')
    await untilPrinted(stdout, '33 91')
    await resize(120, 40)
    stdin?.write('stty size; tty; exit 4\n')
    await untilPrinted(stdout, '40 120')
    stdout.resume()
    expect(await exited).toBe(4)
  })

  test('twenty at once each get their own bytes', async () => {
    const all = Array.from({ length: 20 }, (_, index) => result(shell(`echo ${index}; exit ${index}`)))
    const results = await Promise.all(all)
    expect(results.map(({ code, out }) => [code, out])).toEqual(results.map((_, index) => [index, `${index}\n`]))
  })

  test('a reader that stands still holds up neither the others nor itself for ever', async () => {
    const stalled = await exec(plan(['head', '-c', '3000000', '/dev/zero']))
    await stalled.started
    for (let index = 0; index < 5; index += 1) expect(await result(shell('echo x'))).toMatchObject({ out: 'x\n' })
    expect(await buffer(stalled.stdout)).toHaveLength(3_000_000)
    expect(await stalled.exited).toBe(0)
  })

  test('an endless writer costs neither side memory', async () => {
    const endless = await exec(plan(['yes']))
    await endless.started
    await sleep(500)
    expect(endless.stdout.readableLength).toBeLessThan(300_000)
    expect((await channel.stats()).memoryAvailableBytes).toBeGreaterThan(10_000_000)
    await endless.kill()
    expect(await endless.exited).toBe(137)
  })

  test('the process sees a container: its own first process, no devices, few capabilities, the given user', async () => {
    const { out } = await result(shell('ps | grep sleep; hostname; cat /etc/hosts; cat /proc/self/status; ls /'))
    expect(out).toMatch(/^ +1 root +sleep 100000$/m)
    expect(out).toMatch(/^fish$/m)
    expect(out).toMatch(/NoNewPrivs:\t1/)
    expect(out).toMatch(/Seccomp:\t2/)
    expect(out).toMatch(/CapBnd:\t00000000080000e3/)
    expect(out).not.toMatch(/^sandbox$/m)
    const node = await result(shell('mknod /tmp/vdb b 254 16 && head -c 1 /tmp/vdb'))
    expect(node.code).not.toBe(0)
    expect((await result(shell('mount -t tmpfs x /tmp'))).code).not.toBe(0)
    expect((await result(shell('echo 1 > /proc/sys/kernel/panic'))).code).not.toBe(0)
    const user = await result(plan(['id'], { uid: 1000, gid: 1000, additionalGids: [7] }))
    expect(user.out).toContain('uid=1000(user) gid=1000 groups=7')
    expect((await result(shell('echo x > /dev/stdout; date > /dev/null', { uid: 1000 }))).out).toBe('x\n')
  })

  test('names change under the running processes', async () => {
    await channel.setFiles({ hosts: '10.0.0.9 friend\n', resolvConf: 'nameserver 10.0.0.1\n' })
    expect(await result(shell('cat /etc/hosts /etc/resolv.conf'))).toMatchObject({
      out: '10.0.0.9 friend\nnameserver 10.0.0.1\n',
    })
  })

  test('the clock is the host’s, and is set again when requested', async () => {
    const { out } = await result(plan(['date', '+%s']))
    expect(Math.abs(Number(out) - Date.now() / 1000)).toBeLessThan(20)
    await expect(channel.renew()).resolves.toBeUndefined()
  })

  test('the number of processes is limited, and more can be allowed', async () => {
    const bomb = shell(
      'for i in $(dd if=/dev/zero bs=1 count=60 2>/dev/null | tr "\\0" "x "); do :; done; i=0; while [ $i -lt 60 ]; do sleep 3 & i=$((i+1)); done; echo all',
    )
    await channel.setLimits({ memoryBytes: null, pids: 30 })
    expect((await result(bomb)).err).toContain('fork')
    await sleep(3000)
    await channel.setLimits({ memoryBytes: null, pids: null })
    expect((await result(bomb)).out).toContain('all')
    expect((await channel.stats()).processes).toBeGreaterThan(0)
  })

  test('a command of many frames arrives whole, one that is too long is refused', async () => {
    const long = 'x'.repeat(100_000)
    expect((await result(plan(['echo', long]))).out).toBe(`${long}\n`)
    await expect(exec(plan(['echo', 'x'.repeat(600_000)]))).rejects.toMatchObject({ wire: { code: 'tooLarge' } })
  })

  test('a client that comes after one that died in the middle of a frame finds the guest as it was', async () => {
    const held = await exec(plan(['sleep', '77777']))
    await held.started
    channel.close()
    expect(await held.exited).toBe(137)
    const dying = createConnection(machine.control)
    await new Promise((resolve) => dying.once('connect', resolve))
    // A frame that promises 30,000 bytes and has twenty.
    dying.write(Buffer.concat([Buffer.from([0x4a, 0, 8, 0, 1, 0, 0, 0, 0x30, 0x75, 0, 0]), Buffer.alloc(20, 1)]))
    await sleep(200)
    dying.destroy()
    await sleep(50)
    channel = await connect()
    expect(channel.hello.phase).toBe('running')
    await sleep(1500)
    expect((await result(plan(['ps']))).out).not.toContain('77777')
    expect(await result(shell('exit 5'))).toMatchObject({ code: 5 })
  })
})

describe('the life of a guest', () => {
  afterEach(() => machine?.dispose())

  test('main’s bytes come by its ports, its end by the status port, and its files are on the disk', async () => {
    await boot()
    const out = createConnection(machine.main)
    const err = createConnection(machine.stderr)
    const seen = Promise.all([buffer(out), text(err)])
    const bytes = randomBytes(300_000)
    createConnection(machine.stdin).end(bytes)
    await channel.startMain(shell('cat; echo complaint >&2; echo kept > /root/file; exit 9'), { stdin: true })
    expect(await channel.mainExited).toEqual({ code: 9, oomKills: 0 })
    await machine.exited
    const [stdout, stderr] = await seen
    expect(stdout.equals(bytes)).toBe(true)
    expect(stderr).toBe('complaint\n')
    expect(JSON.parse(machine.status())).toEqual({ code: 9, oomKills: 0 })
    expect(await debugfs('cat /upper/root/file')).toBe('kept\n')
    expect((await run('dumpe2fs', ['-h', machine.upper])).stdout).toMatch(/Filesystem state: +clean/)
  })

  test('main has a terminal when requested, with a size that can change', async () => {
    await boot()
    const port = createConnection(machine.main)
    const typed = createConnection(machine.stdin)
    await channel.startMain(plan(['sh'], { tty: true, columns: 70, rows: 20 }), { stdin: true })
    typed.write('stty size\n')
    await untilPrinted(port, '20 70')
    await channel.resizeMain(99, 44)
    typed.write('stty size; exit 6\n')
    await untilPrinted(port, '44 99')
    expect(await channel.mainExited).toMatchObject({ code: 6 })
  })

  test('a program that is missing is reported before the start, and a command can still be found', async () => {
    await boot({ readOnlyRoot: true })
    await expect(channel.check(plan(['nope']))).rejects.toMatchObject({ wire: { reason: 'command-not-found' } })
    await expect(channel.check(plan(['/bin']))).rejects.toMatchObject({ wire: { reason: 'command-not-executable' } })
    await expect(channel.check(plan(['sh']))).resolves.toBeUndefined()
    await channel.startMain(plan(['sleep', '1000']), { stdin: false })
    expect((await result(shell('touch /x'))).code).not.toBe(0)
    expect((await result(shell('touch /scratch/x /dev/shm/x'))).code).toBe(0)
    await channel.signal('main', 9)
    expect(await channel.mainExited).toMatchObject({ code: 137 })
  })

  test('a process that takes all memory is killed and counted, the guest lives on', async () => {
    await boot({ memoryBytes: 24 << 20 })
    await channel.startMain(plan(['sleep', '1000']), { stdin: false })
    const greedy = await result(shell('tail -c 60000000 /dev/zero; echo $?'))
    expect(greedy.out).toBe('137\n')
    expect((await channel.stats()).oomKills).toBeGreaterThan(0)
    expect(await result(shell('echo alive'))).toMatchObject({ out: 'alive\n' })
    await channel.signal('all', 9)
    expect((await channel.mainExited).oomKills).toBeGreaterThan(0)
    await machine.exited
    expect(JSON.parse(machine.status())).toMatchObject({ code: 137 })
  })

  test('clones of a template have disks, time and randomness of their own', async () => {
    const state = await saveTemplate(images)
    const seen: string[] = []
    for (const hostname of ['one', 'two']) {
      await boot({ hostname }, { state })
      await channel.startMain(shell(`echo ${hostname} > /root/name; sleep 1000`), { stdin: false })
      const { out } = await result(
        shell('hostname; date +%s; head -c 16 /dev/urandom | wc -c; cat /proc/sys/kernel/random/uuid'),
      )
      const [name, seconds, , uuid] = out.split('\n')
      expect(name).toBe(hostname)
      expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(20)
      seen.push(uuid ?? '')
      await channel.shutdown()
      await machine.exited
      expect(await debugfs('cat /upper/root/name')).toBe(`${hostname}\n`)
      if (hostname === 'one') await machine.dispose()
    }
    expect(new Set(seen).size).toBe(2)
  })

  test('a shutdown ends everything and loses nothing that was written', async () => {
    await boot()
    await channel.startMain(shell('echo data > /root/kept; echo ok > /root/done; while :; do sleep 1; done'), {
      stdin: false,
    })
    while ((await result(plan(['cat', '/root/done']))).out !== 'ok\n') await sleep(50)
    await channel.shutdown()
    await machine.exited
    expect(await debugfs('cat /upper/root/kept')).toBe('data\n')
    expect(machine.bootLog()).toContain('joey-init: ready')
  })
})

async function debugfs(command: string): Promise<string> {
  return (await run('debugfs', ['-R', command, machine.upper])).stdout
}
