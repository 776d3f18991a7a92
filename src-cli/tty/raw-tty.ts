import { stopOutputProcessing } from '../agent/stty.ts'
import type { Context } from '../context.ts'
import { createDetachFilter, parseDetachKeys } from './detach-keys.ts'

export interface WindowSize {
  readonly columns: number
  readonly rows: number
}

interface RawTtyOptions {
  readonly detachKeys: string
  readonly onInput: (bytes: Buffer) => void
  readonly onDetach: () => void
  readonly onResize: (size: WindowSize) => void
}

/** Signals that would end this process without giving the terminal back. */
const deadly = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const

/** The size of the person's terminal, within what the contract takes. */
export function windowSize({ stdout, stderr }: Pick<Context, 'stdout' | 'stderr'>): WindowSize {
  const source = stdout.isTTY ? stdout : stderr
  return { columns: within(source.columns, 80), rows: within(source.rows, 24) }
}

/**
 * Hands the keyboard to the guest until the answer is called, which gives the terminal back. So does every other
 * way out: an exception, a signal, process.exit.
 */
export function enterRawTty(context: Context, options: RawTtyOptions): () => void {
  const { stdin } = context
  const filter = createDetachFilter(parseDetachKeys(options.detachKeys))
  const setRaw = (on: boolean): void => {
    // The terminal itself may be gone (a closed window), and then there is nothing left to restore.
    try {
      stdin.setRawMode(on)
      if (on) stopOutputProcessing()
    } catch {}
  }
  const onData = (bytes: Buffer): void => {
    const { forward, detached } = filter(bytes)
    if (forward.length > 0) options.onInput(forward)
    if (detached) options.onDetach()
  }
  const onResize = (): void => options.onResize(windowSize(context))
  const onContinue = (): void => {
    // The shell has reset the terminal meanwhile, and Node does nothing where it believes the mode unchanged.
    setRaw(false)
    setRaw(true)
    onResize()
  }
  const restore = (): void => setRaw(false)
  const leavers = Object.entries(deadly).map(([signal, code]) => [signal, () => process.exit(code)] as const)

  process.on('exit', restore)
  process.on('SIGWINCH', onResize)
  process.on('SIGCONT', onContinue)
  for (const [signal, leave] of leavers) process.on(signal, leave)
  setRaw(true)
  stdin.on('data', onData)
  stdin.resume()

  return () => {
    stdin.off('data', onData)
    stdin.pause()
    for (const [signal, leave] of leavers) process.off(signal, leave)
    process.off('SIGCONT', onContinue)
    process.off('SIGWINCH', onResize)
    process.off('exit', restore)
    restore()
  }
}

function within(value: number | undefined, fallback: number): number {
  return value === undefined || value < 1 ? fallback : Math.min(value, 1000)
}
