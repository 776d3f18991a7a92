import { spawn } from 'node:child_process'
import { chmodSync, closeSync, copyFileSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endGroup } from './kill-group.ts'
import type { Ended, Program } from './program.ts'
import { findResource } from './resources.ts'
import { openStarter, type Starter } from './starter.ts'
import type { StartRequest } from './starter-messages.ts'

let host: ReturnType<typeof startHost>
let starter: Starter
let isGone = false
const folder = mkdtempSync(join(tmpdir(), 'joey-starter-'))

function startHost() {
  const program = findResource(`outside/${process.arch}/joey-outside`) ?? ''
  return spawn(program, ['starter', String(process.pid)], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
}

beforeAll(async () => {
  host = startHost()
  starter = await openStarter(host, () => {
    isGone = true
  })
})
afterAll(async () => {
  await starter.close()
  rmSync(folder, { recursive: true, force: true })
})

const sh = (script: string, more: Partial<StartRequest> = {}): Promise<Program> =>
  starter.start({
    arguments: ['/bin/sh', '-c', script, ...(more.arguments ?? [])],
    environment: more.environment ?? { PATH: '/usr/bin:/bin' },
    folder: more.folder ?? '',
    streams: more.streams ?? ['ignore', 'pipe', 'pipe'],
    detached: more.detached ?? true,
    oomScore: more.oomScore ?? 0,
  })

const plain = { environment: {}, folder: '', streams: ['ignore', 'pipe', 'pipe'], detached: true, oomScore: 0 } as const

const endOf = (program: Program): Promise<Parameters<Ended>> =>
  new Promise((resolve) => program.once('exit', (...end) => resolve(end)))
const outputOf = (program: Program): Promise<string> => text(program.stdout as Readable)

test('output, error output and the exit code of a program arrive', async () => {
  const program = await sh('echo out; echo err >&2; exit 3')
  const ended = endOf(program)
  expect(await Promise.all([outputOf(program), text(program.stderr as Readable)])).toEqual(['out\n', 'err\n'])
  expect(await ended).toEqual([3, null])
  expect(program.exitCode).toBe(3)
})

test('the end of a program is reported to who listens as soon as it is started, however soon it ends', async () => {
  const ends = await Promise.all(Array.from({ length: 50 }, async () => endOf(await sh('exit 7'))))
  expect(ends).toEqual(Array.from({ length: 50 }, () => [7, null]))
})

test('"close" comes after the end and all of the output, also of a child that lives on', async () => {
  const program = await sh('(sleep 0.2; echo late) & echo soon')
  const closed = new Promise<number | null>((resolve) => program.once('close', resolve))
  expect(await outputOf(program)).toBe('soon\nlate\n')
  expect(await closed).toBe(0)
})

test('a megabyte of input arrives whole', async () => {
  const program = await sh('cat', { streams: ['pipe', 'pipe', 'ignore'] })
  const input = Buffer.alloc(1024 * 1024, 'joey')
  program.stdin?.end(input)
  expect(Buffer.from(await outputOf(program)).equals(input)).toBe(true)
})

test('the input of a program that has ended without reading it is no failure', async () => {
  const program = await sh('exit 0', { streams: ['pipe', 'ignore', 'ignore'] })
  program.stdin?.on('error', () => undefined)
  program.stdin?.end('x'.repeat(1024 * 1024))
  expect(program.exitCode ?? (await endOf(program))[0]).toBe(0)
})

test('arguments, environment and folder are those that were given, and nothing else', async () => {
  const program = await sh('printf "%s|" "$@"; pwd; env', {
    arguments: ['x', 'a b', '', '$HOME'],
    environment: { ONE: '1', empty: '', skipped: undefined },
    folder,
  })
  const lines = (await outputOf(program)).split('\n').filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line))
  expect(lines.sort()).toEqual(['', 'ONE=1', `a b||$HOME|${folder}`, 'empty='].sort())
})

test('a text with a zero byte is refused before anything starts', async () => {
  await expect(sh('true', { environment: { A: 'a\0b' } })).rejects.toThrow('zero byte')
})

test.each([
  ['a program that is not there', { arguments: ['/not/there'] }, 'ENOENT'],
  ['a file that is no program', { arguments: ['/etc/passwd'] }, 'EACCES'],
  ['a folder that is not there', { arguments: ['/bin/true'], folder: '/not/there' }, 'ENOENT'],
  ['more arguments than the kernel takes', { arguments: ['/bin/true', 'x'.repeat(200_000)] }, 'E2BIG'],
])('%s is reported as Node would report it', async (_what, request, code) => {
  await expect(starter.start({ ...plain, ...request })).rejects.toMatchObject({ code })
})

test('a descriptor of this process becomes the one of the program, in its place', async () => {
  expect(starter.passesDescriptors).toBe(true)
  const file = join(folder, 'written')
  const descriptor = openSync(file, 'w')
  const program = await sh('echo to a file >&4; echo to a pipe >&3', {
    streams: ['ignore', 'ignore', 'ignore', 'pipe', descriptor],
  })
  closeSync(descriptor)
  expect(await text(program.stdio[3] as Readable)).toBe('to a pipe\n')
  expect(readFileSync(file, 'utf8')).toBe('to a file\n')
})

test('a descriptor that is not open is an error, and nothing is started', async () => {
  await expect(sh('true', { streams: ['ignore', 'ignore', 'ignore', 9999] })).rejects.toMatchObject({ code: 'EBADF' })
})

test('a program gets the descriptors that it was given and no others, and no signal is blocked', async () => {
  const program = await sh('ls /proc/self/fd | wc -l; grep SigBlk /proc/self/status')
  // ls has a fourth of its own: the folder that it lists.
  expect(await outputOf(program)).toBe('4\nSigBlk:\t0000000000000000\n')
})

test('a program has the score that it was given before it starts another', async () => {
  const program = await sh('cat /proc/self/oom_score_adj', { oomScore: 500 })
  expect(await outputOf(program)).toBe('500\n')
})

test('a program leads a group of its own, which can be ended with its children', async () => {
  const program = await sh('sleep 100 & echo $!; wait')
  const child = await new Promise<number>((resolve) => program.stdout?.once('data', (chunk) => resolve(Number(chunk))))
  await endGroup(program, 5_000)
  expect(program.signalCode).toBe('SIGTERM')
  await expect.poll(() => isAlive(child)).toBe(false)
})

test('many at once keep their own output apart', async () => {
  const results = await Promise.all(
    Array.from({ length: 100 }, async (_, at) => outputOf(await sh(`echo ${at}; echo ${at}`))),
  )
  expect(results).toEqual(Array.from({ length: 100 }, (_, at) => `${at}\n${at}\n`))
})

test('nothing stays open on either side', async () => {
  const count = (pid: number | string) => readdirSync(`/proc/${pid}/fd`).length
  await endOf(await sh('true'))
  const before = count(host.pid ?? 0)
  const own = count('self')
  await Promise.all(Array.from({ length: 20 }, async () => outputOf(await sh('echo x'))))
  // Those of the one before may not have been given back when they were counted.
  await expect.poll(() => count(host.pid ?? 0)).toBeLessThanOrEqual(before)
  await expect.poll(() => count('self')).toBeLessThanOrEqual(own)
})

test.each([
  ['more words', { arguments: ['/bin/true', ...Array.from({ length: 9000 }, () => 'x')] }],
  ['more bytes', { arguments: ['/bin/true', ...Array.from({ length: 50 }, () => 'x'.repeat(100_000))] }],
])('%s than the starter takes are refused, and what runs goes on', async (_what, request) => {
  const other = await sh('sleep 100')
  await expect(starter.start({ ...plain, ...request })).rejects.toMatchObject({ code: 'E2BIG' })
  expect(await outputOf(await sh('echo after'))).toBe('after\n')
  expect(isAlive(other.pid ?? 0)).toBe(true)
  await endGroup(other, 5_000)
})

describe('a program that the kernel cannot open, as on a file system that does not answer', () => {
  const path = join(folder, 'held')
  let holder: Program
  beforeEach(async () => {
    copyFileSync('/bin/true', path)
    chmodSync(path, 0o755)
    // A lease (fcntl(2), F_SETLEASE is 1024): who opens the file waits until its holder gives it back.
    const script = `use Fcntl; $| = 1; $SIG{IO} = "IGNORE"; open(my $file, "<", $ARGV[0]) or die;
      fcntl($file, 1024, F_WRLCK) or die $!; print "held"; <STDIN>`
    holder = await starter.start({
      ...plain,
      arguments: ['/usr/bin/perl', '-e', script, path],
      streams: ['pipe', 'pipe', 'ignore'],
    })
    await new Promise((resolve) => holder.stdout?.once('data', resolve))
  })
  afterEach(() => endGroup(holder, 0))

  test('holds no other start, nor the end of the input of another', async () => {
    let isStarted = false
    const reading = sh('cat', { streams: ['pipe', 'pipe', 'ignore'] })
    const hanging = starter.start({ ...plain, arguments: [path] }).then((program) => {
      isStarted = true
      return endOf(program)
    })
    expect(await outputOf(await sh('echo other'))).toBe('other\n')
    const reader = await reading
    reader.stdin?.end('input')
    expect(await outputOf(reader)).toBe('input')
    expect(isStarted).toBe(false)
    holder.stdin?.end()
    expect(await hanging).toEqual([0, null])
  })

  test('is given up after a while, and does not run later', async () => {
    const other = startHost()
    const impatient = await openStarter(other, () => undefined, 50)
    await expect(impatient.start({ ...plain, arguments: [path] })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    await expect.poll(() => childrenOf(other.pid ?? 0)).toEqual([])
    await impatient.close()
  })
})

test('a starter that is killed is reported; what it had started is ended, and what waits fails', async () => {
  const program = await sh('sleep 100')
  const ended = endOf(program)
  host.kill('SIGKILL')
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(isGone).toBe(true)
  await expect(sh('true')).rejects.toThrow('has ended')
  await expect.poll(() => isAlive(program.pid ?? 0)).toBe(false)
})

/** One that has ended and that nobody has waited for is not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Of all its threads. */
function childrenOf(pid: number): readonly string[] {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').match(/\d+/g) ?? [])
}
