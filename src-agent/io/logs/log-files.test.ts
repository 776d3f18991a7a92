import { fstatSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLogFiles, type LogFiles } from './log-files.ts'
import { readPresent } from './log-present.ts'
import { readRecords } from './log-records.ts'
import { endPosition, positionBeforeEnd } from './log-tail.ts'
import { readLog, toUtc } from './read-log.ts'

const at = '2026-11-23T18:59:22.237887356+00:00'
const line = (text: string | number, flag = 'F', stream = 'stdout') => `${at} ${stream} ${flag} ${text}\n`
let folder: string
let path: string
let files: LogFiles

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joey-logs-'))
  path = join(folder, 'log')
  files = createLogFiles(path)
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function textsOf(options: Parameters<typeof readLog>[1]): Promise<string[]> {
  const texts: string[] = []
  for await (const lines of readLog(files, options)) texts.push(...lines.map(({ text }) => text))
  return texts
}

/** What a monitor does when asked: a new file at the path. */
const rotate = () => files.rotate(() => writeFile(path, ''))

test('a log that is not there is empty', async () => {
  expect(await textsOf({})).toEqual([])
  expect(await textsOf({ tail: 3 })).toEqual([])
  expect(await readdir(folder)).toEqual([])
})

test('reads over rotated files, oldest first', async () => {
  for (const number of [1, 2, 3, 4, 5, 6]) {
    await appendFile(path, line(number))
    if (number < 6) await rotate()
  }
  expect(await textsOf({})).toEqual(['3', '4', '5', '6'])
  expect((await readdir(folder)).sort()).toEqual(['log', 'log.1', 'log.2', 'log.3'])
})

test.each([
  ['the last line', 1, ['300']],
  ['lines of two files', 102, Array.from({ length: 102 }, (_, index) => String(199 + index))],
  ['more than there are', 10_000, Array.from({ length: 300 }, (_, index) => String(index + 1))],
  ['none', 0, []],
])('a tail gives %s', async (_what, tail, expected) => {
  for (let number = 1; number <= 300; number += 1) {
    await appendFile(path, line(number))
    if (number % 200 === 0) await rotate()
  }
  expect(await textsOf({ tail })).toEqual(expected)
})

test('a tail finds its lines over many blocks', async () => {
  const long = 'x'.repeat(8000)
  await writeFile(path, Array.from({ length: 100 }, (_, index) => line(`${index} ${long}`)).join(''))
  const texts = await textsOf({ tail: 42 })
  expect(texts.map((text) => text.split(' ')[0])).toEqual(Array.from({ length: 42 }, (_, index) => String(58 + index)))
})

test('a line in pieces counts once in a tail', async () => {
  await writeFile(path, line('first') + line('a', 'P') + line('b', 'P') + line('c') + line('last'))
  expect(await textsOf({ tail: 2 })).toEqual(['a', 'b', 'c', 'last'])
  await appendFile(path, line('prompt', 'P'))
  expect(await textsOf({ tail: 1 })).toEqual(['prompt'])
})

test('a tail has so many whole lines, however fast the log grows and rotates', async () => {
  const flood = { on: true, next: 0 }
  const write = async (): Promise<void> => {
    while (flood.on) {
      const numbers = Array.from({ length: 200 }, () => (flood.next += 1))
      // The monitor's buffer ends within a line, whose rest comes with the next one.
      const rest = flood.next > 200 ? line(numbers[0]! - 1) : ''
      await appendFile(
        path,
        `${rest}${numbers
          .slice(0, -1)
          .map((number) => line(number))
          .join('')}${line('', 'P')}`,
      )
      if (flood.next % 1000 === 0) await rotate()
    }
  }
  await appendFile(path, [-4, -3, -2, -1, 0].map((number) => line(number)).join(''))
  const writing = write()
  const read = async () => {
    const lines: string[] = []
    for await (const batch of readLog(files, { tail: 5 }))
      for (const { text, partial } of batch) lines.push(`${text}${partial ? '' : '\n'}`)
    return lines.join('').trimEnd().split('\n').map(Number)
  }
  const rounds: number[][] = []
  while (rounds.length < 30) rounds.push(await read())
  flood.on = false
  await writing
  for (const got of rounds) expect(got).toEqual([0, 1, 2, 3, 4].map((step) => got[0]! + step))
})

/** What a monitor does by itself: the next file takes the name of the one before. */
function replaceNow(text: string): void {
  writeFileSync(`${path}.tmp`, text)
  renameSync(`${path}.tmp`, path)
}

/** Whether this process has the present file open. */
function isHeld(): boolean {
  const { ino } = statSync(path)
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return fstatSync(Number(fd)).ino === ino
    } catch {
      return false
    }
  })
}

function takeTexts(follower: AsyncGenerator<readonly { readonly bytes: Buffer }[]>) {
  const texts: string[] = []
  const next = async (): Promise<void> => {
    const { value } = await follower.next()
    for (const { bytes } of value ?? []) texts.push(String(bytes).trim())
  }
  return { texts, next }
}

test.each([
  ['at once', 0],
  ['after a while', 150],
])('what the monitor replaces %s does not lead a follower back to older files', async (_when, pauseMs) => {
  await writeFile(path, line('oldest'))
  await rotate()
  await appendFile(path, line('one'))
  const follower = readRecords(files, { from: await endPosition(files), ended: Promise.resolve() })
  await appendFile(path, line('two'))
  const { texts, next } = takeTexts(follower)
  await next()
  await sleep(pauseMs)
  replaceNow(line('three'))
  await next()
  await next()
  expect(texts).toEqual(['two', 'three'])
})

test('each file is read though the monitor replaced it before the follower came to it', async () => {
  await writeFile(path, line(0))
  const follower = readRecords(files, { from: null, ended: new Promise(() => {}) })
  const { texts, next } = takeTexts(follower)
  await next()
  for (const number of [1, 2, 3, 4, 5, 6]) {
    replaceNow(line(number))
    // The follower has not asked for it, and it is held all the same.
    await expect.poll(isHeld).toBe(true)
  }
  for (const _ of [1, 2, 3, 4, 5, 6]) await next()
  await follower.return(undefined)
  expect(texts).toEqual(['0', '1', '2', '3', '4', '5', '6'])
})

test('a file that was replaced before anybody could open it is reported, whether or not one before it is kept', async () => {
  await writeFile(path, line(0))
  await files.keepPresent()
  const follower = readRecords(files, { from: null, ended: new Promise(() => {}) })
  const { texts, next } = takeTexts(follower)
  await next()
  replaceNow(line('nobody sees this'))
  replaceNow(line(2))
  await expect(next()).rejects.toMatchObject({ wire: { reason: 'log-reader-too-slow' } })
  expect(texts).toEqual(['0'])
})

test('a character that was cut in two pieces is shown whole', async () => {
  const bytes = Buffer.from('ö')
  const head = (flag: string) => Buffer.from(`${at} stdout ${flag} `)
  const end = Buffer.from('\n')
  await writeFile(path, Buffer.concat([head('P'), bytes.subarray(0, 1), end, head('F'), bytes.subarray(1), end]))
  await appendFile(path, Buffer.concat([head('F'), Buffer.from([0xff]), end]))
  expect((await textsOf({})).join('')).toBe('ö�')
})

test('times are compared as instants, whatever their offset', async () => {
  await writeFile(
    path,
    ['2026-01-01T10:00:00.5+02:00', '2026-01-01T08:00:00.6Z', '2026-01-01T08:00:01.000000001+00:00']
      .map((time) => `${time} stdout F ${time}\n`)
      .join(''),
  )
  expect(await textsOf({ since: '2026-01-01T09:00:00.6+01:00' })).toHaveLength(2)
  expect(toUtc('2026-01-01T00:30:00.5+02:00')).toBe('2025-12-31T22:30:00.500000000Z')
})

test('a follower gets every line once while the log rotates beneath it, and ends on request', async () => {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const reading = textsOf({ ended })
  const expected: string[] = []
  for (let number = 0; number < 200; number += 1) {
    expected.push(String(number))
    await appendFile(path, line(number))
    if (number % 10 === 9) await rotate()
    if (number % 50 === 49) await sleep(20)
  }
  await appendFile(path, line('last words'))
  end()
  expect(await reading).toEqual([...expected, 'last words'])
})

test('a stalled follower loses nothing when its file and the next are deleted', async () => {
  await writeFile(path, line(0))
  const reading = readRecords(files, { from: null, ended: Promise.resolve() })
  const texts: string[] = []
  const take = async (): Promise<boolean> => {
    const result = await reading.next()
    if (result.done === true) return false
    texts.push(...result.value.map(({ bytes }) => String(bytes).trim()))
    return true
  }
  const follower = readRecords(files, { from: null, ended: new Promise(() => {}), signal: AbortSignal.timeout(3000) })
  await follower.next()
  await appendFile(path, line('late, in the first file'))
  for (let number = 1; number <= 12; number += 1) {
    await rotate()
    await appendFile(path, line(number))
  }
  const got: string[] = []
  while (got.at(-1) !== '12') {
    const result = await follower.next()
    if (result.done === true) break
    got.push(...result.value.map(({ bytes }) => String(bytes).trim()))
  }
  await follower.return(undefined)
  expect(got).toEqual(['late, in the first file', ...Array.from({ length: 12 }, (_, index) => String(index + 1))])
  while (await take());
  expect(texts).toEqual(['9', '10', '11', '12'])
})

test('a follower that is too far behind is reported, not left with a hole', async () => {
  await writeFile(path, line(0))
  const follower = readRecords(files, { from: null, ended: new Promise(() => {}) })
  await follower.next()
  for (let number = 1; number <= 30; number += 1) {
    await rotate()
    await appendFile(path, line(number))
  }
  await expect(follower.next()).rejects.toMatchObject({ wire: { reason: 'log-reader-too-slow' } })
})

test('a reader that does not follow ends although the log grows faster than it reads', async () => {
  await writeFile(path, line('x').repeat(5000))
  let seen = 0
  for await (const records of readPresent(files, {})) {
    seen += records.length
    await appendFile(path, line('more').repeat(5000))
  }
  expect(seen).toBeLessThan(20_000)
})

test('a place stays right over rotations, and falls back to the oldest', async () => {
  await writeFile(path, line('old'))
  const place = await files.position()
  await appendFile(path, line('new'))
  await rotate()
  await appendFile(path, line('newer'))
  const texts: string[] = []
  for await (const records of readRecords(files, { from: place, ended: Promise.resolve() }))
    texts.push(...records.map(({ bytes }) => `${bytes}`))
  expect(texts).toEqual(['new\n', 'newer\n'])
  const unknown: string[] = []
  for await (const records of readRecords(files, { from: 'gone:5', ended: Promise.resolve() }))
    unknown.push(...records.map(({ bytes }) => `${bytes}`))
  expect(unknown).toEqual(['old\n', 'new\n', 'newer\n'])
})

test('the place before the end goes back over files but not before the run', async () => {
  await writeFile(path, line('before the run'))
  const run = await files.position()
  await appendFile(path, line('a'))
  await rotate()
  await appendFile(path, line('b'))
  expect(await positionBeforeEnd(files, 1_000_000, run)).toBe(run)
  const size = line('b').length
  expect(await positionBeforeEnd(files, size, run)).toMatch(/:0$/)
  expect(await positionBeforeEnd(files, size - 2, run)).toMatch(/:2$/)
  expect(await endPosition(files)).toMatch(new RegExp(`:${size}$`))
})

test('who reads when the files are deleted still gets all of it', async () => {
  await writeFile(path, line('one'))
  const follower = readRecords(files, { from: null, ended: Promise.resolve() })
  await follower.next()
  await rotate()
  await appendFile(path, line('two'))
  await rotate()
  await appendFile(path, line('three'))
  await files.letGo()
  await rm(folder, { recursive: true })
  const rest: string[] = []
  for await (const records of follower) rest.push(...records.map(({ bytes }) => `${bytes}`))
  expect(rest).toEqual(['two\n', 'three\n'])
})
