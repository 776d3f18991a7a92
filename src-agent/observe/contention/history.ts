import type { Interference, InterferenceSlot } from '#contract/isolation'

const slotMs = 10_000
/** Ten minutes. */
const maxSlots = 60
/** Of many sandboxes, those that matter. */
const maxCells = 50

/** Who disturbed whom over the last minutes, in slots of ten seconds. */
export interface InterferenceHistory {
  /** Notes what is so now; true where a slot was finished by it. */
  add(ms: number, at: Date, found: readonly Interference[]): boolean
  slots(): InterferenceSlot[]
}

/** A slot has the strongest that was seen during it. Slots of quiet time are kept too: they show that it was quiet. */
export function createHistory(): InterferenceHistory {
  const slots: InterferenceSlot[] = []
  let cells = new Map<string, InterferenceSlot['cells'][number]>()
  let begun: { readonly ms: number; readonly at: Date } | null = null

  const finish = (at: Date): void => {
    const strongest = [...cells.values()].sort((one, other) => other.strength - one.strength).slice(0, maxCells)
    slots.push({ at: at.toISOString(), cells: strongest })
    if (slots.length > maxSlots) slots.shift()
    cells = new Map()
  }
  return {
    add(ms, at, found) {
      begun ??= { ms, at }
      const full = ms - begun.ms >= slotMs
      if (full) {
        finish(begun.at)
        begun = { ms, at }
      }
      for (const { victim, culprit, resource, strength } of found) {
        const key = `${victim} ${culprit} ${resource}`
        if ((cells.get(key)?.strength ?? 0) < strength) cells.set(key, { victim, culprit, resource, strength })
      }
      return full
    },
    slots: () => [...slots],
  }
}
