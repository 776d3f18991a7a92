import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { ProcessDown } from '#contract/process'
import type { Streams } from '#contract/registry'
import { StreamByte } from '#contract/words'
import type { Context } from '../context.ts'
import { filterTerminals } from '../tty/filtered-output.ts'
import { type Channel, openChannel } from './channel.ts'
import { createOutlet, type Outlet } from './outlet.ts'
import { forwardSignals } from './signals.ts'
import { feedStdin } from './stdin.ts'

type ProcessStream = 'execStream' | 'attachStream'
export type ProcessEnd = Extract<ProcessDown, { type: 'exit' }>

export interface FollowOptions<K extends ProcessStream> {
  readonly stream: K
  readonly request: z.input<Streams[K]['request']>
  /** Sent first; `exec` needs it. */
  readonly first?: z.input<Streams[K]['up']>
  readonly stdin: boolean
  /** Where this output is a terminal, every sequence reaches it. */
  readonly raw: boolean
  /** Where a signal that reaches us goes; absent: it ends us. */
  readonly onSignal?: (signal: string, channel: Channel<K>) => void
  /** The process exists: failures from here on are not failures to start. */
  readonly onStarted?: () => void
}

/** Passes a process's output through, byte for byte, feeds its input, and resolves with how it ended. */
export async function followProcess<K extends ProcessStream>(
  context: Context,
  options: FollowOptions<K>,
): Promise<ProcessEnd> {
  let end: ProcessEnd | undefined
  const outlet = createOutlet(() => channel)
  const shown = options.raw ? context : filterTerminals(context, 'quiet')
  const channel = openProcess(shown, options, outlet, (message) => {
    if (message.type === 'started') options.onStarted?.()
    else end = message
  })
  const { onSignal } = options
  const stopSignals = onSignal ? forwardSignals((signal) => onSignal(signal, channel)) : () => undefined
  let stopFeeding = (): void => undefined
  try {
    await channel.opened
    if (options.first !== undefined) channel.send(options.first)
    if (options.stdin) {
      stopFeeding = feedStdin(context.stdin, {
        send: (bytes) => channel.sendBytes(bytes),
        end: () => channel.send({ type: 'stdinEnd' } as z.input<Streams[K]['up']>),
      })
    }
    await channel.ended
  } finally {
    stopFeeding()
    stopSignals()
    await outlet.flushed()
  }
  if (end) return end
  throw appError('agent-connection-lost', { during: 'command' })
}

function openProcess<K extends ProcessStream>(
  { place, stdout, stderr }: Context,
  { stream, request }: FollowOptions<K>,
  outlet: Outlet,
  onMessage: (message: ProcessDown) => void,
): Channel<K> {
  return openChannel<K>({ socketPath: place.socketPath }, stream, request, {
    onMessage: (message) => onMessage(message as ProcessDown),
    onBytes: (frame) => {
      const output = frame[0] === StreamByte.stderr ? stderr : stdout
      if (frame.length > 1) outlet.write(output, frame.subarray(1))
    },
  })
}
