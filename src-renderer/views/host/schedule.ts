/** `never`, or a number of hours as text: the value of a list entry. */
export type Schedule = string

const usual: readonly (number | null)[] = [null, 1, 6, 24, 168]

/** The usual ones, and whatever was set elsewhere, in order. */
export function schedules(present: number | null): readonly (number | null)[] {
  return usual.includes(present) ? usual : [...usual, present].sort((a, b) => (a ?? 0) - (b ?? 0))
}

export function scheduleOf(hours: number | null): Schedule {
  return hours === null ? 'never' : String(hours)
}
