import { appError } from '#contract/app-error'
import type { ExecCommand } from '../../engines/driver.ts'
import type { ExecChild } from '../../io/streams/exec-child.ts'

export interface InsideOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Of standard output; what writes more is ended and the rest is dropped. */
  readonly maxBytes: number
}

export interface Inside {
  readonly code: number
  readonly output: string
}

const errorBytes = 8 * 1024
const drainMs = 500

/**
 * Runs a program in a sandbox to its end and gives what it printed. At the deadline, on cancellation, or where it prints
 * too much it is killed with all it started; what it printed until then is given at the deadline and for too much.
 */
export async function runInside(
  command: ExecCommand,
  start: (command: ExecCommand) => Promise<ExecChild>,
  { signal, timeoutMs, maxBytes }: InsideOptions,
): Promise<Inside> {
  try {
    signal.throwIfAborted()
    const child = await start(command)
    const kill = (): void => void child.kill().catch(() => undefined)
    const output = collect(child.stdout, maxBytes, kill)
    const words = collect(child.stderr, errorBytes, () => undefined)
    const timer = setTimeout(kill, timeoutMs)
    signal.addEventListener('abort', kill, { once: true })
    if (signal.aborted) kill()
    try {
      const code = await child.exited
      // Whoever was left behind may hold the streams open for ever.
      await Promise.race([Promise.all([output.ended, words.ended]), sleep(drainMs)])
      signal.throwIfAborted()
      await throwIfNotRun(child, words.text(), code)
      return { code, output: output.text() }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', kill)
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
    }
  } finally {
    await command.dispose()
  }
}

async function throwIfNotRun(child: ExecChild, words: string, code: number): Promise<void> {
  if (code === 0 || (await child.started)) return
  const failure = await child.explain(words, 'joey-inside')
  if (!failure) return
  throw appError('self-test-program-missing', {}, { detail: failure.message })
}

function collect(stream: NodeJS.ReadableStream, limit: number, onOverflow: () => void) {
  const chunks: Buffer[] = []
  let size = 0
  let onEnd: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    onEnd = resolve
  })
  stream.on('data', (chunk: Buffer) => {
    if (size <= limit) chunks.push(chunk)
    const fitted = size <= limit
    size += chunk.length
    if (fitted && size > limit) onOverflow()
  })
  for (const event of ['end', 'close', 'error']) stream.once(event, onEnd)
  return { ended, text: () => Buffer.concat(chunks).subarray(0, limit).toString('utf8') }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
