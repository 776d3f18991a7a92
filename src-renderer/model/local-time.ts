const two = (part: number): string => String(part).padStart(2, '0')

/** The time of a line in this machine's zone, to the millisecond, as the clock beside it shows it. */
export function formatLineTime(at: string): string {
  const when = new Date(at)
  const clock = [when.getHours(), when.getMinutes(), when.getSeconds()].map(two).join(':')
  return `${clock}.${String(when.getMilliseconds()).padStart(3, '0')}`
}

/** With its day, for what is copied and read elsewhere. */
export function formatLineDate(at: string): string {
  const when = new Date(at)
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())} ${formatLineTime(at)}`
}
