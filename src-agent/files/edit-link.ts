import type { Readable, Writable } from 'node:stream'
import { type AppError, appError } from '#contract/app-error'
import { editFailure } from './edit-errors.ts'
import { type EditAnswer, type EditFrame, longestAnswer, parseAnswer } from './edit-protocol.ts'

/** The program that changes files, with its streams. */
export interface EditChild {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when it has ended, with what it said on its way; never rejects. */
  readonly ended: Promise<string>
  kill(): Promise<void>
}

interface Waiting {
  /** What an answer says where all is well. */
  readonly word: EditAnswer['word']
  readonly frame: EditFrame
  resolve(count: number): void
  reject(error: unknown): void
}

/** A program that neither takes nor says anything for so long is given up. It says at least that it is busy. */
const patienceMs = 60_000

/** Frames to the program, and its answers. */
export interface Link {
  readonly ready: Promise<unknown>
  request(frame: EditFrame): Promise<number>
  /** Resolves when there is room for more. */
  send(parts: readonly Buffer[]): Promise<void>
  fail(reason: unknown): void
  close(): void
}

/** After the first failure every question fails with it. */
export function createLink(child: EditChild): Link {
  const requests = createRequests()
  const ready = requests.request('ready', greeting)
  let onRoom = (): void => undefined
  const fail = (error: unknown): void => {
    patience.end()
    requests.fail(error)
    onRoom()
  }
  const patience = createPatience(() => fail(noAnswer()))
  const heard = (): void => patience.renew(requests.areOpen())
  const take = (answer: EditAnswer): void => {
    if (answer.word !== 'busy' && !requests.answer(answer)) fail(brokenAnswer())
    heard()
  }
  readLines(child.stdout, take, () => fail(brokenAnswer()))
  child.stdin.on('error', () => undefined)
  child.stdin.on('drain', () => {
    heard()
    onRoom()
  })
  void child.ended.then((words) => fail(endedEarly(words)))
  heard()
  return {
    ready,
    fail,
    request(frame) {
      const answer = requests.request('ok', frame)
      heard()
      return answer
    },
    async send(parts) {
      requests.throwIfFailed()
      heard()
      let hasRoom = true
      for (const part of parts) hasRoom = child.stdin.write(part)
      if (hasRoom) return
      await new Promise<void>((resolve) => {
        onRoom = resolve
      })
      requests.throwIfFailed()
    },
    close: patience.end,
  }
}

/** The program says that it is ready before it is asked anything. */
const greeting: EditFrame = { op: 'put', path: '' }

interface Requests {
  request(word: EditAnswer['word'], frame: EditFrame): Promise<number>
  /** To the oldest question. False where there is none, or where it is no answer to that. */
  answer(answer: EditAnswer): boolean
  fail(error: unknown): void
  throwIfFailed(): void
  areOpen(): boolean
}

function createRequests(): Requests {
  const waiting: Waiting[] = []
  const failures: { readonly error: unknown }[] = []
  const throwIfFailed = (): void => {
    for (const { error } of failures) throw error
  }
  return {
    throwIfFailed,
    request(word, frame) {
      const answer = new Promise<number>((resolve, reject) => {
        throwIfFailed()
        waiting.push({ word, frame, resolve, reject })
      })
      // It may be looked at late, or not at all.
      answer.catch(() => undefined)
      return answer
    },
    answer(answer) {
      const first = waiting.shift()
      if (!first) return failures.length > 0
      const { error, word, count } = answer
      if (error === 0 && word === first.word) first.resolve(count)
      else if (error !== 0 && first.word === 'ok') first.reject(editFailure(answer, first.frame))
      else {
        first.reject(brokenAnswer())
        return false
      }
      return true
    },
    fail(error) {
      if (failures.length === 0) failures.push({ error })
      for (const { reject } of waiting.splice(0)) reject(failures[0]?.error)
    },
    areOpen: () => waiting.length > 0 && failures.length === 0,
  }
}

/** Runs out where nothing is heard although something is waited for. */
function createPatience(onEnd: () => void): { renew(isNeeded: boolean): void; end(): void } {
  let timer: NodeJS.Timeout | undefined
  return {
    renew(isNeeded) {
      clearTimeout(timer)
      if (isNeeded) timer = setTimeout(onEnd, patienceMs).unref()
    },
    end: () => clearTimeout(timer),
  }
}

/** Lines of a stream that a guest may write to: never more is held than an answer has. */
function readLines(stream: Readable, take: (answer: EditAnswer) => void, broken: () => void): void {
  let line = ''
  stream.on('data', (chunk: Buffer) => {
    line += chunk.toString('latin1')
    const lines = line.split('\n')
    line = lines.pop() ?? ''
    for (const each of lines) {
      const answer = each.length > longestAnswer ? null : parseAnswer(each)
      if (answer === null) return broken()
      take(answer)
    }
    if (line.length > longestAnswer) broken()
  })
  stream.on('error', broken)
}

function noAnswer(): AppError {
  return appError('files-no-answer')
}

function brokenAnswer(): AppError {
  return appError('files-broken-answer')
}

function endedEarly(words: string): AppError {
  const isOld = words.includes('unknown option')
  const detail = words.slice(-2_000)
  return appError(isOld ? 'files-need-restart' : 'files-ended-early', {}, { detail })
}
