import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { AppError } from '#contract/app-error'
import { mutate, seeded } from './mutate.ts'

const corpusFolder = join(import.meta.dirname, 'corpus')

/** The kept inputs whose names end so. Each is a good one, from which bad ones are made. */
export function readCorpus(ending: string): readonly Buffer[] {
  return readdirSync(corpusFolder)
    .filter((name) => name.endsWith(`${ending}.gz`))
    .sort()
    .map((name) => gunzipSync(readFileSync(join(corpusFolder, name))))
}

/** How long: `npm run fuzz` says it in seconds, and tests take a number of inputs that is the same everywhere. */
export interface FuzzPlan {
  readonly inputs: number
  readonly seconds: number | null
  readonly seed: number
  /** Called for each that was taken well. */
  readonly onInput?: () => void
  /** How long one may take before it counts as one that never ends. */
  readonly hangMs?: number
}

/** The plan of this run, with its own number of inputs in a test. */
export function planFuzz(inputs: number, env: NodeJS.ProcessEnv = process.env): FuzzPlan {
  const seconds = Number(env['JOEY_FUZZ_SECONDS'] ?? 0)
  return { inputs, seconds: seconds > 0 ? seconds : null, seed: Number(env['JOEY_FUZZ_SEED'] ?? 1) }
}

/** An input that a reader did not take well. */
export interface FuzzFault {
  /** With it and the corpus the input can be made again: `mutate(corpus[index % length], seeded(seed + index))`. */
  readonly index: number
  readonly seed: number
  readonly error: unknown
}

/** Of the processor's time, so that a busy machine makes no reader slow. */
const slowMs = 5_000
/** After this it is taken for one that waits for what never comes. */
const hangMs = 60_000

/**
 * Gives damaged inputs to a reader, which may refuse them as {@link AppError}s of a known reason and must do nothing else: no
 * other error, and no standing still. Resolves with the first fault, or null.
 */
export async function fuzz(
  corpus: readonly Buffer[],
  read: (input: Buffer) => Promise<unknown>,
  plan: FuzzPlan,
): Promise<FuzzFault | null> {
  const { inputs, seconds, seed } = plan
  const end = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000
  const most = seconds === null ? inputs : Number.POSITIVE_INFINITY
  for (let index = 0; index < most && performance.now() < end; index += 1) {
    const base = corpus[index % corpus.length] ?? Buffer.alloc(0)
    const error = await findFault(() => read(mutate(base, seeded(seed + index))), plan.hangMs ?? hangMs)
    if (error !== null) return { index, seed, error }
    plan.onInput?.()
  }
  return null
}

/** What is wrong with how an input was read; null where it was read, or refused as it should be. */
async function findFault(read: () => Promise<unknown>, withinMs: number): Promise<unknown> {
  const started = process.cpuUsage()
  const deadline = new AbortController()
  const late = sleep(withinMs, 'late', { signal: deadline.signal }).catch(() => 'late')
  try {
    if ((await Promise.race([read().then(() => 'read'), late])) === 'late') return new Error('It never came to an end.')
  } catch (error) {
    if (!(error instanceof AppError) || error.wire.code === 'internal') return error
  } finally {
    deadline.abort()
  }
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000 > slowMs ? new Error('It took too long.') : null
}

/** Adds what a reader was given to the file for the summary, where there is one. */
export function reportFuzzing(name: string, count: number, fault: FuzzFault | null): void {
  const file = process.env['JOEY_FUZZ_REPORT']
  if (file) appendFileSync(file, `${JSON.stringify({ name, inputs: count, fault: fault && describeFault(fault) })}\n`)
}

function describeFault({ index, seed, error }: FuzzFault): string {
  return `input ${index} of seed ${seed}: ${error instanceof Error ? error.message : String(error)}`
}
