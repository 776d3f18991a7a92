import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Program } from './program.ts'
import { openStarter, type Starter } from './starter.ts'

/** In place of joey-outside: it says what a test wants, and is this process. */
class FakeHost extends EventEmitter implements Program {
  readonly pid = process.pid
  readonly stdin = new PassThrough()
  readonly stdout = new PassThrough()
  readonly stderr = new PassThrough()
  readonly stdio = [this.stdin, this.stdout, this.stderr]
  exitCode: number | null = null
  readonly signalCode = null

  answer(id: number, what: number, value: number, ends: readonly number[] = []): void {
    const all = Array.from({ length: 8 }, (_, at) => ends[at] ?? -1)
    this.stdout.write(Buffer.from(new Int32Array([id, what, value, ...all]).buffer))
  }

  exit(): void {
    this.exitCode = 0
    this.emit('exit', 0, null)
  }
}

const [started, failed] = [0, 1]
const notOpen = 99_999
const request = {
  ...{ arguments: ['/bin/true'], environment: {}, folder: '', detached: true, oomScore: 0 },
  streams: ['ignore', 'pipe', 'pipe'],
} as const

let host: FakeHost
let starter: Starter
let child: ChildProcess
beforeEach(async () => {
  host = new FakeHost()
  child = spawn('/bin/sleep', ['100'], { detached: true })
  host.answer(0, started, 1)
  starter = await openStarter(host, () => undefined)
})
afterEach(() => child.kill('SIGKILL'))

describe('an agent that cannot open the pipes of a program', () => {
  test('has the start fail and the program ended', async () => {
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
    const starting = starter.start(request)
    host.answer(1, started, child.pid ?? 0, [-1, notOpen, notOpen])
    await expect(starting).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await ended).toBe('SIGKILL')
  })

  test('starts the next one', async () => {
    const [first, second] = [starter.start(request), starter.start(request)]
    host.answer(1, started, child.pid ?? 0, [-1, notOpen, notOpen])
    host.answer(2, failed, 2)
    await expect(first).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(second).rejects.toMatchObject({ code: 'ENOENT', syscall: 'spawn /bin/true' })
  })

  test('keeps nothing open of those that it could open', async () => {
    const starting = starter.start(request)
    host.answer(1, started, child.pid ?? 0, [-1, 0, notOpen])
    host.stdin.resume()
    await expect(starting).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

test('what a starter has answered before it ended is no failure of the agent when it arrives after that', async () => {
  const starting = starter.start(request)
  host.exit()
  await expect(starting).rejects.toThrow('has ended')
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  expect(() => host.answer(1, started, child.pid ?? 0)).not.toThrow()
  expect(await ended).toBe('SIGKILL')
})

describe('a start that has no answer in time', () => {
  beforeEach(async () => {
    host.exit()
    host = new FakeHost()
    host.answer(0, started, 1)
    starter = await openStarter(host, () => undefined, 1)
  })

  test('fails, and the starter is told that nobody waits for it', async () => {
    await expect(starter.start(request)).rejects.toMatchObject({ code: 'ETIMEDOUT', syscall: 'spawn /bin/true' })
    const sent = host.stdin.read() as Buffer
    expect([...new Uint32Array(new Uint8Array(sent.subarray(-24)).buffer)]).toEqual([20, 1, 0, 0, 0, 0])
  })

  test('is ended where it comes up all the same', async () => {
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
    await expect(starter.start(request)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    host.answer(1, started, child.pid ?? 0)
    expect(await ended).toBe('SIGKILL')
  })

  test('may fail later, which nobody hears of', async () => {
    await expect(starter.start(request)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    expect(() => host.answer(1, failed, 125)).not.toThrow()
  })
})
