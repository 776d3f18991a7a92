import { endianness } from 'node:os'
import type { Stream } from './program.ts'

/** What the starter needs to know of a program. */
export interface StartRequest {
  /** The first is the absolute path of the program. */
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Empty: where the agent is. */
  readonly folder: string
  /** At least three. */
  readonly streams: readonly Stream[]
  /** Leads a session and process group of its own. */
  readonly detached: boolean
  /** How early the kernel kills it for want of memory (`oom_score_adj`); 0 for that of the starter. */
  readonly oomScore: number
}

export interface StarterAnswer {
  readonly id: number
  readonly what: 'started' | 'failed' | 'ended'
  /** The process, the number of the error, or the status as `waitpid` has it. */
  readonly value: number
  readonly ends: readonly number[]
}

/** The form is described in resources/outside/README.md. */
export const maxStreams = 8
const maxWords = 8191
const maxBytes = 4 * 1024 * 1024
const answerBytes = (3 + maxStreams) * 4
const whats = ['started', 'failed', 'ended'] as const
const little = endianness() === 'LE'

const numbers = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) {
    if (little) bytes.writeUInt32LE(value, at * 4)
    else bytes.writeUInt32BE(value, at * 4)
  }
  return bytes
}

/** Null where it is more than the starter takes, which would end it, and with it all that it has started. */
export function encodeStart(id: number, request: StartRequest): Buffer | null {
  const environment = Object.entries(request.environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  const words = [request.folder, ...request.arguments, ...environment]
  if (words.some((word) => word.includes('\0'))) throw new TypeError('No text for a program may contain a zero byte.')
  if (words.length > maxWords) return null
  const { detached, oomScore, streams } = request
  const head = numbers([id, detached ? 1 : 0, oomScore, streams.length, request.arguments.length])
  const body = Buffer.concat([head, ...streams.map(encodeStream), Buffer.from(words.join('\0').concat('\0'))])
  return body.length > maxBytes ? null : Buffer.concat([numbers([body.length]), body])
}

/** Standard input is written by the agent, all others are read. */
function encodeStream(stream: Stream, at: number): Buffer {
  const kind = stream === 'pipe' ? (at === 0 ? 'w' : 'r') : stream === 'ignore' ? 'n' : 'd'
  const bytes = numbers([0, typeof stream === 'number' ? stream : 0])
  bytes.write(kind, 0, 'latin1')
  return bytes
}

/** The agent has opened its ends of the pipes; or, before an answer, it no longer waits for the start. */
export function encodeLetGo(id: number): Buffer {
  return numbers([20, id, 0, 0, 0, 0])
}

/** Takes pieces of the starter's output; calls with each whole answer in them. */
export function createAnswers(onAnswer: (answer: StarterAnswer) => void): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const whole = Math.floor(rest.length / answerBytes)
    const answers = Array.from({ length: whole }, (_, at) => decode(rest, at * answerBytes))
    // Before anybody is called: what throws would have each of them come again.
    rest = rest.subarray(whole * answerBytes)
    answers.forEach(onAnswer)
  }
}

function decode(bytes: Buffer, at: number): StarterAnswer {
  const unsigned = (index: number): number =>
    little ? bytes.readUInt32LE(at + index * 4) : bytes.readUInt32BE(at + index * 4)
  const ends = Array.from({ length: maxStreams }, (_, index) => unsigned(3 + index) | 0)
  return { id: unsigned(0), what: whats[unsigned(1)] ?? 'failed', value: unsigned(2), ends }
}
