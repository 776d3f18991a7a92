import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Terminal, type TerminalDown, terminalWindowBytes } from '#contract/terminal'
import type { TerminalSource } from './source.ts'
import { createTerminal, type LiveTerminal } from './terminal.ts'

const kib = 1024
const info = {
  id: 'aaaaaaaaaaaa',
  sandboxId: 'bbbbbbbbbbbb',
  kind: 'exec' as const,
  argv: ['sh'],
  columns: 80,
  rows: 24,
  createdAt: '2026-01-01T00:00:00.000Z',
}

function fakeSource() {
  const on = { data: (_bytes: Buffer) => {}, exit: (_code: number | null) => {}, skip: () => {}, drain: () => {} }
  const log: string[] = []
  let finishResize = (): void => {}
  const source: TerminalSource = {
    onData: (listener) => void (on.data = listener),
    onExit: (listener) => void (on.exit = listener),
    onSkip: (listener) => void (on.skip = listener),
    onDrain: (listener) => void (on.drain = listener),
    write: (bytes) => void log.push(`write ${bytes}`),
    unwritten: () => 0,
    resize: (columns, rows) => {
      log.push(`resize ${columns}x${rows}`)
      return new Promise((resolve) => {
        finishResize = resolve
      })
    },
    pause: () => void log.push('pause'),
    resume: () => void log.push('resume'),
    watched: (isWatched) => void log.push(`watched ${isWatched}`),
    isAlone: () => Promise.resolve(false),
    close: () => void log.push('close'),
  }
  return { source, on, log, finishResize: () => finishResize() }
}

function fakeViewer(terminal: LiveTerminal) {
  const got: (TerminalDown | Buffer)[] = []
  const sink = {
    message: (message: TerminalDown) => void got.push(message),
    bytes: (bytes: Buffer) => void got.push(bytes),
    end: vi.fn(),
  }
  const attachment = terminal.attach(sink, () => {})
  const types = () => got.map((entry) => (Buffer.isBuffer(entry) ? 'bytes' : entry.type))
  const size = () => got.reduce((sum, entry) => sum + (Buffer.isBuffer(entry) ? entry.length : 0), 0)
  const text = () => got.filter((entry) => Buffer.isBuffer(entry)).join('')
  return { ...attachment, got, types, size, text, sink }
}

let fake: ReturnType<typeof fakeSource>
let terminal: LiveTerminal
let changes: Terminal[]
const turn = () => new Promise((resolve) => setImmediate(resolve))
const output = async (bytes: Buffer | string): Promise<void> => {
  fake.on.data(Buffer.from(bytes))
  await turn()
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  fake = fakeSource()
  changes = []
  terminal = createTerminal({ info, source: fake.source, onChanged: (each) => changes.push(each), onError: () => {} })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a viewer gets a reset first, then what was, then what comes', async () => {
  await output('before ')
  const viewer = fakeViewer(terminal)
  await output('after')
  expect(viewer.got[0]).toMatchObject({ type: 'reset', replayBytes: 7, terminal: { viewers: 1, state: 'running' } })
  expect(viewer.text()).toBe('before after')
})

test('what comes in one turn goes out as one frame', async () => {
  const viewer = fakeViewer(terminal)
  for (const part of ['a', 'b', 'c']) fake.on.data(Buffer.from(part))
  await turn()
  expect(viewer.got.slice(1).map(String)).toEqual(['abc'])
})

test('without viewers the source runs free', async () => {
  for (let index = 0; index < 100; index += 1) await output(Buffer.alloc(64 * kib))
  expect(fake.log).not.toContain('pause')
})

test('a full window holds the source until enough is acknowledged', async () => {
  const viewer = fakeViewer(terminal)
  for (let sent = 0; sent < terminalWindowBytes; sent += 64 * kib) await output(Buffer.alloc(64 * kib))
  expect(fake.log).toEqual(['watched true', 'pause'])
  viewer.acknowledge(64 * kib)
  expect(fake.log).not.toContain('resume')
  for (let index = 0; index < 2; index += 1) viewer.acknowledge(64 * kib)
  expect(fake.log.at(-1)).toBe('resume')
})

test('the slowest of the viewers who keep up sets the pace', async () => {
  const [quick, slow] = [fakeViewer(terminal), fakeViewer(terminal)]
  for (let index = 0; index < 6; index += 1) await output(Buffer.alloc(64 * kib))
  quick.acknowledge(terminalWindowBytes)
  expect(fake.log.at(-1)).toBe('pause')
  slow.detach()
  expect(fake.log.at(-1)).toBe('resume')
})

test('who acknowledges nothing for five seconds holds nobody, and is shown everything anew when back', async () => {
  const viewer = fakeViewer(terminal)
  for (let index = 0; index < 6; index += 1) await output(Buffer.alloc(64 * kib, 'a'))
  vi.advanceTimersByTime(4_900)
  expect(fake.log.at(-1)).toBe('pause')
  vi.advanceTimersByTime(200)
  expect(fake.log.at(-1)).toBe('resume')
  for (let index = 0; index < 50; index += 1) await output(Buffer.alloc(64 * kib, 'b'))
  expect(viewer.size()).toBe(terminalWindowBytes)
  expect(fake.log.filter((entry) => entry === 'pause')).toHaveLength(1)

  await output('the end')
  viewer.acknowledge(64 * kib)
  expect(viewer.types().filter((type) => type === 'reset')).toHaveLength(1)
  viewer.acknowledge(192 * kib)
  expect(viewer.types().filter((type) => type === 'reset')).toHaveLength(2)
  expect(viewer.text().endsWith('the end')).toBe(true)
})

test('a viewer that acknowledges now and then is not left behind', async () => {
  const viewer = fakeViewer(terminal)
  for (let index = 0; index < 6; index += 1) await output(Buffer.alloc(64 * kib))
  for (let index = 0; index < 10; index += 1) {
    vi.advanceTimersByTime(4_000)
    viewer.acknowledge(1)
  }
  expect(fake.log.filter((entry) => entry === 'resume')).toHaveLength(0)
})

test('more acknowledged than sent is refused', async () => {
  const viewer = fakeViewer(terminal)
  await output('abc')
  expect(() => viewer.acknowledge(4)).toThrow(
    expect.objectContaining({ wire: expect.objectContaining({ code: 'invalidRequest' }) }),
  )
})

test('a viewer whose words are not read for now is not waited for', async () => {
  const viewer = fakeViewer(terminal)
  viewer.setUnheard(true)
  for (let index = 0; index < 6; index += 1) await output(Buffer.alloc(64 * kib))
  vi.advanceTimersByTime(1)
  expect(fake.log.at(-1)).toBe('resume')
})

test('the exit comes after the last byte, also to one who comes later', async () => {
  const viewer = fakeViewer(terminal)
  fake.on.data(Buffer.from('last'))
  fake.on.exit(7)
  expect(viewer.types()).toEqual(['reset', 'bytes', 'exited'])
  expect(changes.at(-1)).toMatchObject({ state: 'exited', exitCode: 7 })
  const late = fakeViewer(terminal)
  expect(late.types()).toEqual(['reset', 'bytes', 'exited'])
  late.write(Buffer.from('x'))
  expect(fake.log).not.toContain('write x')
})

test('the last size wins and the other viewers get a message', async () => {
  const [one, other] = [fakeViewer(terminal), fakeViewer(terminal)]
  one.resize(100, 30)
  one.resize(101, 31)
  one.resize(102, 32)
  expect(other.got.slice(1)).toEqual(
    [100, 101, 102].map((columns) => ({ type: 'resized', columns, rows: columns - 70 })),
  )
  expect(one.types()).toEqual(['reset'])
  fake.finishResize()
  await turn()
  expect(fake.log.filter((entry) => entry.startsWith('resize'))).toEqual(['resize 100x30', 'resize 102x32'])
  expect(terminal.describe()).toMatchObject({ columns: 102, rows: 32 })
})

test('output that was left out resets those who keep up', async () => {
  await output('old')
  const viewer = fakeViewer(terminal)
  fake.on.skip()
  await output('new')
  expect(viewer.types()).toEqual(['reset', 'bytes', 'reset', 'bytes'])
  expect(fakeViewer(terminal).text()).toBe('new')
})

test('a title is announced, but not more often than somebody can read', async () => {
  expect(terminal.describe().title).toBe('sh')
  for (let index = 0; index < 100; index += 1) await output(`\u001b]0;title ${index}\u0007`)
  vi.advanceTimersByTime(1_000)
  expect(changes.map(({ title }) => title)).toEqual(['title 99'])
})

test('closing hangs up, lets the viewers go and reports nothing afterwards', async () => {
  const viewer = fakeViewer(terminal)
  terminal.close()
  const announced = changes.length
  viewer.detach()
  fake.on.exit(0)
  expect(viewer.sink.end).toHaveBeenCalledOnce()
  expect(fake.log).toContain('close')
  expect(changes.length).toBe(announced)
})
