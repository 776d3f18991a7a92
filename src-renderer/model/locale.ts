let current: string | undefined
let words = 'en'

/** By which rules dates and numbers are written from now on; undefined: by the system's. Words in them are in `language`. */
export function setLocale(locale: string | undefined, language: string): void {
  current = locale
  words = language
  units.clear()
}

type Moment = string | number | Date

/** A moment with its day. */
export function formatMoment(at: Moment): string {
  return new Date(at).toLocaleString(current)
}

/** The day of a moment. */
export function formatDay(at: Moment, options?: Intl.DateTimeFormatOptions): string {
  return new Date(at).toLocaleDateString(current, options)
}

/** The hour and the minute of a moment. */
export function formatClock(at: Moment): string {
  return new Date(at).toLocaleTimeString(current, { hour: '2-digit', minute: '2-digit' })
}

/** The hour, the minute and the second of a moment. */
export function formatSecond(at: Moment): string {
  return new Date(at).toLocaleTimeString(current)
}

/** A count of things. */
export function formatCount(count: number): string {
  return count.toLocaleString(current)
}

const units = new Map<string, Intl.NumberFormat>()

/** So many of a unit, as short as the language has it: `5m`, `5 分钟`. */
export function formatUnit(count: number, unit: 'second' | 'minute' | 'hour' | 'day'): string {
  const known =
    units.get(unit) ?? new Intl.NumberFormat(words, { style: 'unit', unit, unitDisplay: 'narrow', useGrouping: false })
  units.set(unit, known)
  // Intl leaves out the space that the copy has between a figure and a Chinese word.
  return known.format(count).replace(/(?<=\d)(?=\p{Script=Han})/u, ' ')
}
