import { PassThrough } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { encodeFrame } from './edit-protocol.ts'
import { type EditSession, withEditSession } from './edit-session.ts'

const { signal: never } = new AbortController()
const frame = { op: 'delete', path: 'a' } as const

/** A program that says what the test wants it to say, and ends when its input does. */
function fakeChild(words = '') {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()]
  const bytes: Buffer[] = []
  let end: (words: string) => void = () => undefined
  const ended = new Promise<string>((resolve) => {
    end = resolve
  })
  stdin.on('data', (chunk: Buffer) => bytes.push(chunk))
  stdin.on('end', () => end(words))
  const kill = vi.fn(async () => end(words))
  return { stdin, stdout, ended, kill, end: () => end(words), got: () => Buffer.concat(bytes) }
}

function run(child: ReturnType<typeof fakeChild>, work: (session: EditSession) => Promise<unknown>, signal = never) {
  return withEditSession(child, signal, work)
}

/** Asks, and is answered like this; then asks again. */
function asking(child: ReturnType<typeof fakeChild>, text: string, times = 1) {
  child.stdout.write('0 ready 1\n')
  return async (session: EditSession) => {
    const done = session.change(frame)
    child.stdout.write(text)
    let count = await done
    for (let more = 1; more < times; more += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      count = await session.change(frame)
    }
    return count
  }
}

test('each answer belongs to the oldest question', async () => {
  const child = fakeChild()
  child.stdout.write('0 ready 1\n')
  await run(child, async (session) => {
    const [first, second] = [session.change(frame), session.change(frame)]
    child.stdout.write('0 ok 3\n17 failed 0\n')
    expect(await first).toBe(3)
    await expect(second).rejects.toMatchObject({ wire: { code: 'conflict', reason: 'file-exists' } })
  })
})

test('words that say it is busy are no answers', async () => {
  const child = fakeChild()
  expect(await run(child, asking(child, '0 busy 5\n0 busy 9\n0 ok 10\n'))).toBe(10)
})

describe.each([
  ['what is no answer', 'hello\n'],
  ['a line without end', 'x'.repeat(100)],
  ['a number that is none', '0 ok 99999999999999999999\n'],
  ['a word that is none', '0 fine 1\n'],
] as const)('a guest that answers %s', (_what, text) => {
  test('is given up', async () => {
    const child = fakeChild()
    await expect(run(child, asking(child, text))).rejects.toMatchObject({
      wire: { reason: 'files-broken-answer' },
    })
  })
})

test('an answer that nobody requested ends it', async () => {
  const child = fakeChild()
  await expect(run(child, asking(child, '0 ok 1\n0 ok 1\n0 ok 1\n', 2))).rejects.toMatchObject({
    wire: { reason: 'files-broken-answer' },
  })
})

test('a program that does not know how is one that was started by an older Joey', async () => {
  const child = fakeChild('joey-inside: unknown option --files\n')
  child.end()
  await expect(run(child, (session) => session.change(frame))).rejects.toMatchObject({
    wire: { reason: 'files-need-restart' },
  })
})

test('a cancelled session ends in the middle of the content', async () => {
  const child = fakeChild()
  const cancel = new AbortController()
  child.stdout.write('0 ready 1\n')
  async function* endless() {
    for (;;) {
      yield Buffer.alloc(1000, 1)
      await new Promise((resolve) => setImmediate(resolve))
      cancel.abort()
    }
  }
  const done = run(child, (session) => session.put({ op: 'put', path: 'a' }, endless()), cancel.signal)
  await expect(done).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  expect(child.stdin.destroyed).toBe(true)
})

test('content that fails is dropped with a message', async () => {
  const child = fakeChild()
  child.stdout.write('0 ready 1\n')
  async function* broken() {
    yield Buffer.from('abc')
    throw new Error('unreadable')
  }
  await expect(run(child, (session) => session.put({ op: 'put', path: 'a' }, broken()))).rejects.toThrow('unreadable')
  expect(child.got().subarray(-4)).toEqual(Buffer.from([0xff, 0xff, 0xff, 0xff]))
})

test('zeros are sent as a hole', async () => {
  const child = fakeChild()
  child.stdout.write('0 ready 1\n')
  await run(child, async (session) => {
    const { done } = await session.put({ op: 'put', path: 'a' }, [Buffer.alloc(1000)])
    child.stdout.write('0 ok 1\n')
    await done
  })
  expect(child.got().length).toBe(encodeFrame({ op: 'put', path: 'a' }).length + 12 + 4)
})

test('times before 1970 are whole seconds and what is left of them', () => {
  const header = encodeFrame({ op: 'put', path: 'a', mtimeNs: -1n })
  expect([header.readUInt32LE(24), header.readBigInt64LE(32)]).toEqual([999_999_999, -1n])
})
