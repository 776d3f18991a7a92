import { appError } from '#contract/app-error'
import type { Terminal } from '#contract/terminal'
import { terminalAckBytes } from '#contract/words'
import type { Context } from '../context.ts'
import { filterTerminals } from '../tty/filtered-output.ts'
import { enterRawTty, windowSize } from '../tty/raw-tty.ts'
import { clearScreen, createScreenWatch } from '../tty/screen.ts'
import { type Channel, openChannel } from './channel.ts'
import { createOutlet } from './outlet.ts'

export type TerminalEnd = { readonly kind: 'exited'; readonly code: number | null } | { readonly kind: 'detached' }

interface SessionOptions {
  readonly terminal: Pick<Terminal, 'id'>
  /** Type into it; without it only output is shown. */
  readonly input: boolean
  readonly detachKeys: string
  /** A fresh terminal goes on below what the person's screen shows; an old one is painted anew. */
  readonly fresh: boolean
  /** Every sequence reaches this terminal, those for its clipboard and those that it answers too. */
  readonly raw: boolean
}

/** Shows a terminal in this one until its process ends or the person detaches. */
export async function showTerminal(context: Context, options: SessionOptions): Promise<TerminalEnd> {
  const { stdout } = context
  // What an old terminal queried was for another screen; this one's answer would be typed into it.
  const shown = options.raw ? context : filterTerminals(context, options.fresh ? 'session' : 'quiet')
  const watch = createScreenWatch()
  const acknowledge = createAcknowledger((bytes) => channel.send({ type: 'ack', bytes }))
  const outlet = createOutlet(() => channel)
  let end: TerminalEnd | undefined
  let resets = 0
  const channel: Channel<'terminalStream'> = openChannel(
    { socketPath: context.place.socketPath },
    'terminalStream',
    { id: options.terminal.id },
    {
      onBytes(bytes) {
        if (stdout.isTTY) watch.see(bytes)
        outlet.write(shown.stdout, bytes, () => acknowledge(bytes.length))
      },
      onMessage(message) {
        if (message.type === 'exited') {
          end = { kind: 'exited', code: message.exitCode }
          channel.close()
        } else if (message.type === 'reset') {
          resets += 1
          if (stdout.isTTY && !(options.fresh && resets === 1)) outlet.write(shown.stdout, clearScreen)
        }
      },
    },
  )
  let leaveTty = (): void => undefined
  try {
    await channel.opened
    channel.send({ type: 'resize', ...windowSize(context) })
    if (options.input) {
      leaveTty = enterRawTty(context, {
        detachKeys: options.detachKeys,
        onInput: (bytes) => void channel.sendBytes(bytes),
        onDetach: () => {
          end ??= { kind: 'detached' }
          channel.close()
        },
        onResize: (size) => channel.send({ type: 'resize', ...size }),
      })
    }
    await channel.ended
  } finally {
    await outlet.flushed()
    leaveTty()
    if (stdout.isTTY && end?.kind !== 'exited') stdout.write(`${watch.restore()}\r\n`)
  }
  if (end) return end
  throw appError('terminal-closed')
}

/** Acknowledges in steps that are well below the agent's window. */
function createAcknowledger(send: (bytes: number) => void): (bytes: number) => void {
  let unacknowledged = 0
  return (bytes) => {
    unacknowledged += bytes
    if (unacknowledged < terminalAckBytes) return
    send(unacknowledged)
    unacknowledged = 0
  }
}
