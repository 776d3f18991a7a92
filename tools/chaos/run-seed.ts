import { cpSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { tagOf } from '#contract/client/place'
import type { IsolationClass } from '#contract/sandbox'
import type { Attempt, Operation } from './attempt.ts'
import { emptyHome } from './empty-home.ts'
import { chooseFault, type Fault } from './faults.ts'
import { forgetGone } from './model.ts'
import { imageOperations } from './operations-of-images.ts'
import { sandboxOperations } from './operations-of-sandboxes.ts'
import { snapshotOperations } from './operations-of-snapshots.ts'
import { compare } from './oracle.ts'
import type { Effect } from './possible.ts'
import { openWorld, type World } from './world.ts'

export interface SeedPlan {
  readonly seed: number
  readonly steps: number
  /** Null: all that this machine has. */
  readonly classes: readonly IsolationClass[] | null
  /** Where the log of an agent goes with which something was wrong. */
  readonly keep: string
  /** A line for each thing that happens. */
  say(line: string): void
}

export interface SeedReport {
  readonly steps: number
  readonly faults: number
  /** What was wrong, each with the step that it was seen after. */
  readonly differences: readonly string[]
  /** What the names of everything begin with that its agent has made on this machine. */
  readonly tag: string
}

const operations: readonly Operation[] = [...sandboxOperations, ...snapshotOperations, ...imageOperations]
const longestMs = 120_000

/** One seed from an empty state folder to an empty one. Ends early where something is wrong: what follows would be of no use. */
export async function runSeed({ seed, steps, classes, keep, say }: SeedPlan): Promise<SeedReport> {
  const world = await openWorld(seed, classes)
  const tag = tagOf(world.agent.place.home)
  let faults = 0
  let done = 0
  try {
    for (; done < steps; done += 1) {
      const found = await runStep(
        world,
        (line) => say(`${done}: ${line}`),
        () => (faults += 1),
      )
      if (found.length > 0) {
        cpSync(world.agent.place.home + '/logs', keep, { recursive: true })
        return { tag, steps: done + 1, faults, differences: found.map((each) => `after step ${done}: ${each}`) }
      }
    }
    const left = await emptyHome(world)
    return { tag, steps: done, faults, differences: left.map((each) => `at the end: ${each}`) }
  } finally {
    await world.close()
  }
}

async function runStep(world: World, say: (line: string) => void, onFault: () => void): Promise<readonly string[]> {
  const attempts = chooseAttempts(world)
  const fault = chooseFault(world, attempts)
  const tries = attempts.map((attempt) => tryIt(attempt))
  if (fault) onFault()
  const struck = fault && (await strike(fault))
  const results = await Promise.all(tries.map(({ result }) => result))
  for (const { effects, result } of tries) if ((await result) === null) for (const each of effects) each.settle()
  if (fault) for (const { runs } of fault.hits) runs.add(false)
  const failures = attempts.map(({ what }, index) => `${what}${results[index] === null ? '' : ` (${results[index]})`}`)
  say(`${failures.join(', ')}${fault ? `; killed after ${fault.delayMs} ms: ${fault.what} (${struck})` : ''}`)
  if (fault) await fault.recover()
  const found = [...refusals(attempts, results, fault), ...(await compare(world))]
  const again = attempts.filter((attempt, index) => results[index] !== null && isLeftToDo(attempt))
  const repeated = found.length === 0 ? await tryAgain(world, again, say) : []
  forgetGone(world.model)
  return [...found, ...repeated]
}

/** One to three that have nothing to do with each other. */
function chooseAttempts(world: World): readonly Attempt[] {
  const wanted = 1 + world.dice.below(3)
  const chosen: Attempt[] = []
  for (let tries = 0; chosen.length < wanted && tries < 20; tries += 1) {
    const attempt = chooseOperation(world).plan(world)
    const used = new Set(chosen.flatMap(({ uses }) => uses))
    if (attempt && !attempt.uses.some((name) => used.has(name))) chosen.push(attempt)
  }
  return chosen
}

function chooseOperation({ dice }: World): Operation {
  const all = operations.flatMap((operation) => Array.from({ length: operation.weight }, () => operation))
  return dice.pick(all) ?? (sandboxOperations[0] as Operation)
}

interface Try {
  readonly effects: readonly Effect[]
  /** Null where it was done; else why not. Never rejects. */
  readonly result: Promise<string | null>
}

function tryIt(attempt: Attempt): Try {
  const effects = attempt.effects()
  for (const each of effects) each.widen()
  const late = sleep(longestMs, `not done within ${longestMs} ms`, { ref: false })
  const work = attempt.run().then(
    () => null,
    (error: unknown) => describe(error),
  )
  return { effects, result: Promise.race([work, late]) }
}

async function strike(fault: Fault): Promise<string> {
  await sleep(fault.delayMs)
  return fault.strike()
}

/** What failed though nothing was killed, and what hangs whatever was. */
function refusals(
  attempts: readonly Attempt[],
  results: readonly (string | null)[],
  fault: Fault | null,
): readonly string[] {
  return attempts.flatMap(({ what }, index) => {
    const failure = results[index] ?? null
    return failure !== null && (fault === null || failure.startsWith('not done')) ? [`${what}: ${failure}`] : []
  })
}

function isLeftToDo(attempt: Attempt): boolean {
  return (attempt.fits?.() ?? true) && !attempt.effects().every((effect) => effect.isSo())
}

/** What a fault has kept from being done can be done now. */
async function tryAgain(
  world: World,
  attempts: readonly Attempt[],
  say: (line: string) => void,
): Promise<readonly string[]> {
  if (attempts.length === 0) return []
  const found: string[] = []
  for (const attempt of attempts) {
    const { effects, result } = tryIt(attempt)
    const failure = await result
    if (failure === null) for (const each of effects) each.settle()
    else found.push(`again: ${attempt.what}: ${failure}`)
    say(`again: ${attempt.what}${failure === null ? '' : ` (${failure})`}`)
  }
  return [...found, ...(await compare(world))]
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const wire = 'wire' in error ? (error.wire as { reason: string; detail?: string }) : null
  return wire ? `${wire.reason}: ${error.message} ${wire.detail ?? ''}`.trim() : error.message
}
