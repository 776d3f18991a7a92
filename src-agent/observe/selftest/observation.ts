import * as z from 'zod'

/** What one probe says that it saw. The guest can write whatever it likes here: nothing of it is trusted for more. */
const Observation = z.strictObject({
  id: z.string().regex(/^[a-z0-9.-]{1,64}$/),
  seen: z.enum(['blocked', 'succeeded', 'absent', 'unable', 'timeout', 'crashed']),
  errno: z.int().min(0).max(4096),
  found: z.string().max(96),
  detail: z.string().max(400),
})
export type Observation = z.infer<typeof Observation>

const Beginning = z.strictObject({
  id: z.literal('begin'),
  nonce: z.string().max(128),
  kernel: z.string().max(128),
  version: z.string().max(128),
  boot: z.string().max(64),
})
export type Beginning = z.infer<typeof Beginning>

const End = z.strictObject({ id: z.literal('end'), count: z.int(), nonce: z.string().max(128) })

export interface Observed {
  readonly beginning: Beginning | null
  readonly observations: ReadonlyMap<string, Observation>
  /** The probe came to its end and reported it. */
  readonly complete: boolean
  /** Lines between beginning and end that the probe does not write: something else answers, or meddles. */
  readonly foreign: number
}

/** More lines than the probe has are not the probe's. */
const maxLines = 400

/**
 * Reads what the probe printed. Lines that are not its own, or do not carry the nonce where one belongs, are passed over;
 * of two with one id the first counts.
 */
export function readObservations(output: string, nonce: string): Observed {
  const observations = new Map<string, Observation>()
  let beginning: Beginning | null = null
  let complete = false
  let foreign = 0
  for (const line of output.split('\n', maxLines)) {
    const value = parseLine(line)
    const first = Beginning.safeParse(value)
    if (first.success && first.data.nonce === nonce) beginning ??= first.data
    const last = End.safeParse(value)
    if (last.success && last.data.nonce === nonce) complete = true
    const one = Observation.safeParse(value)
    const isInside = beginning !== null && !complete && !first.success
    if (one.success && isInside && !observations.has(one.data.id)) observations.set(one.data.id, one.data)
    else if (isInside && line !== '') foreign += 1
  }
  return { beginning, observations, complete, foreign }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
