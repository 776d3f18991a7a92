import type * as z from 'zod'
import { appError } from '#contract/app-error'
import { type attachStream, type execStream, type ProcessDown, StreamByte } from '#contract/process'
import type { Context } from '../context.ts'
import { type Channel, openChannel } from './channel.ts'
import { createOutlet, type Outlet } from './outlet.ts'
import { forwardSignals } from './signals.ts'
import { feedStdin } from './stdin.ts'

type ProcessStream = typeof execStream | typeof attachStream
export type ProcessEnd = Extract<ProcessDown, { type: 'exit' }>

export interface FollowOptions<S extends ProcessStream> {
  readonly declaration: S
  readonly request: z.input<S['request']>
  /** Sent first; `exec` needs it. */
  readonly first?: z.input<S['up']>
  readonly stdin: boolean
  /** Where a signal that reaches us goes; absent: it ends us. */
  readonly onSignal?: (signal: string, channel: Channel<S>) => void
  /** The process exists: failures from here on are not failures to start. */
  readonly onStarted?: () => void
}

/** Passes a process's output through, byte for byte, feeds its input, and resolves with how it ended. */
export async function followProcess<S extends ProcessStream>(
  context: Context,
  options: FollowOptions<S>,
): Promise<ProcessEnd> {
  let end: ProcessEnd | undefined
  const outlet = createOutlet(() => channel)
  const channel = openProcess(context, options, outlet, (message) => {
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
        end: () => channel.send({ type: 'stdinEnd' } as z.input<S['up']>),
      })
    }
    await channel.ended
  } finally {
    stopFeeding()
    stopSignals()
    await outlet.flushed()
  }
  if (end) return end
  throw appError('unavailable', 'agent-connection-lost', 'The agent ended the connection before the command had ended.')
}

function openProcess<S extends ProcessStream>(
  { place, stdout, stderr }: Context,
  { declaration, request }: FollowOptions<S>,
  outlet: Outlet,
  onMessage: (message: ProcessDown) => void,
): Channel<S> {
  return openChannel<S>({ socketPath: place.socketPath }, declaration, request, {
    onMessage: (message) => onMessage(message as ProcessDown),
    onBytes: (frame) => {
      const output = frame[0] === StreamByte.stderr ? stderr : stdout
      if (frame.length > 1) outlet.write(output, frame.subarray(1))
    },
  })
}
