import { usageTiers } from '#contract/usage-history'
import { addSecond, type Chunk, chunkStart, createChunk } from './chunk.ts'
import type { Row } from './columns.ts'
import type { HistoryFile } from './history-file.ts'

/** How often what is in memory is written, in seconds, for each tier. A chunk that is full is written with the next round. */
const writtenEvery: Readonly<Record<number, number>> = { 1: 0, 10: 60, 60: 300 }
/** Where nothing can be written, as on a full disk, memory must not grow with what waits for it. */
const mostFull = 5
/** The first few seconds are held as they are: most sandboxes come to rest after them, and then need no chunks in memory. */
const mostFew = 8

/** The chunks of one series, in each fineness, as far as they are in memory. Seconds are since 1970. */
export interface Tiers {
  put(second: number, row: Row): void
  /** Whether something is to be written that was written so many seconds ago, or longer. */
  isDue(second: number, atLeast: number): boolean
  write(second: number, atLeast: number): void
  /** Writes all of it and holds nothing any more. */
  drop(second: number): void
  /** What the file does not have yet, or has otherwise. */
  open(step: number): readonly Chunk[]
}

interface Tier {
  readonly step: number
  chunk: Chunk | null
  /** Full ones that are not written yet. */
  full: Chunk[]
  isDirty: boolean
  writtenAt: number
}

/** Where the chunks of one series are kept. */
interface Place {
  readonly file: Pick<HistoryFile, 'chunk' | 'putChunk'>
  readonly number: number
}

export function createTiers(place: Place): Tiers {
  const tiers = usageTiers.map(({ step }): Tier => ({ step, chunk: null, full: [], isDirty: false, writtenAt: 0 }))
  const few: { readonly second: number; readonly row: Row }[] = []
  const spread = (): void => {
    for (const { second, row } of few.splice(0)) for (const tier of tiers) addToTier(place, tier, second, row)
  }
  const isTierDue = (tier: Tier, second: number, atLeast: number): boolean =>
    tier.full.length > 0 || (tier.isDirty && second - tier.writtenAt >= Math.max(atLeast, writtenEvery[tier.step] ?? 0))
  return {
    put(second, row) {
      few.push({ second, row })
      if (few.length > mostFew || tiers.some(({ chunk }) => chunk !== null)) spread()
    },
    isDue: (second, atLeast) => tiers.some((tier) => isTierDue(tier, second, atLeast)),
    write(second, atLeast) {
      for (const tier of tiers) if (isTierDue(tier, second, atLeast)) writeTier(place, tier, second)
    },
    drop(second) {
      spread()
      for (const tier of tiers) {
        writeTier(place, tier, second)
        tier.chunk = null
      }
    },
    open(step) {
      spread()
      const tier = tiers.find((each) => each.step === step)
      return tier === undefined ? [] : [...tier.full, ...(tier.chunk === null ? [] : [tier.chunk])]
    },
  }
}

function addToTier({ file, number }: Place, tier: Tier, second: number, row: Row): void {
  const start = chunkStart(second, tier.step)
  if (tier.chunk?.start !== start) {
    if (tier.chunk !== null && tier.isDirty) tier.full.push(tier.chunk)
    if (tier.full.length > mostFull) tier.full.shift()
    // What an earlier agent, or this one before a rest, has of the same time goes on.
    const waiting = tier.full.find((chunk) => chunk.start === start)
    tier.chunk = waiting ?? file.chunk(number, tier.step, start) ?? createChunk(start, tier.step)
  }
  tier.chunk = addSecond(tier.chunk, second, row)
  if (tier.writtenAt === 0) tier.writtenAt = second
  tier.isDirty = true
}

function writeTier({ file, number }: Place, tier: Tier, second: number): void {
  for (const chunk of tier.full.splice(0)) if (chunk !== tier.chunk) file.putChunk(number, chunk)
  if (!tier.isDirty || tier.chunk === null) return
  file.putChunk(number, tier.chunk)
  tier.isDirty = false
  tier.writtenAt = second
}
