/** `812 ms`, `1.5 s`: how long something takes. */
export function formatDuration(ms: number): string {
  return ms < 999.5 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** `5 seconds ago`, `3 hours ago`. */
export function formatAgo(at: string, now: Date): string {
  return `${formatSpan(now.getTime() - Date.parse(at))} ago`
}

/** `1 minute`, `3 days`: the largest unit that fits. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const steps = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
  ] as const
  for (const [size, word] of steps) {
    if (seconds >= size) return count(Math.floor(seconds / size), word)
  }
  return count(seconds, 'second')
}

/** `1 sandbox`, `2 sandboxes`. */
export function count(number: number, word: string): string {
  if (number === 1) return `1 ${word}`
  return `${number} ${word}${/(s|x|ch|sh)$/.test(word) ? 'es' : 's'}`
}

/** An argument list as one could type it. */
export function formatArgv(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}
