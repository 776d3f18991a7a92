const hundredMs = 100

/** "0.4 s", or "2 min 5 s" from two minutes on. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`
}

/** Prints one plain line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Runs one step and prints one line for it: `Title … 1.2 s`, with the title shown while it runs. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  process.stdout.write(`${title} … `)
  const started = performance.now()
  try {
    const value = await work()
    say(formatDuration(performance.now() - started))
    return value
  } catch (error) {
    say(`failed after ${formatDuration(performance.now() - started)}`)
    throw error
  }
}

/** Like `step`, but silent when the work was done at once: a check that found nothing to do is not worth a line. */
export async function quietStep<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const value = await work()
  const took = performance.now() - started
  if (took > hundredMs) say(`${title} … ${formatDuration(took)}`)
  return value
}
