import { randomUUID } from 'node:crypto'
import { formatBytes } from '#contract/byte-size'
import type { Task, Transfer } from '#contract/image'
import type { Context } from '../context.ts'
import { openChannel } from '../streams/channel.ts'

const clearLine = '\r\x1b[K'

/**
 * Runs long work under a task of its own, with one line that follows it on a terminal. Ctrl-C ends the connection, and with
 * it the work, unless the work is made to go on.
 */
export async function withProgress<T>(context: Context, work: (task: string) => Promise<T>): Promise<T> {
  const task = randomUUID()
  const hide = showProgress(context, task)
  return work(task).finally(hide)
}

/** The answer takes the line away. Losing it must not fail the work. */
function showProgress({ stderr, place }: Context, task: string): () => void {
  if (!stderr.isTTY) return () => undefined
  const channel = openChannel(
    { socketPath: place.socketPath },
    'eventStream',
    {},
    {
      onMessage(event) {
        if (event.type === 'task.changed' && event.task.id === task)
          stderr.write(`${clearLine}${describeTask(event.task)}`)
      },
    },
  )
  return () => {
    channel.close()
    stderr.write(clearLine)
  }
}

/** The line that follows work on a terminal. */
export function describeTask({ phase, progress, transfer }: Task): string {
  if (phase === 'fetching' && transfer) return describeTransfer(transfer)
  return `${phase[0]?.toUpperCase()}${phase.slice(1)}${progress === null ? '…' : ` ${Math.round(progress * 100)} %`}`
}

/** `Fetching 12.3 MiB of 80.1 MiB, 2 of 5 layers, 9.1 MiB/s, 8 s left`. */
function describeTransfer({
  bytes,
  totalBytes,
  bytesPerSecond,
  layers,
  totalLayers,
  hereLayers,
  resumed,
}: Transfer): string {
  const left = bytesPerSecond > 0 ? Math.ceil((totalBytes - bytes) / bytesPerSecond) : null
  return [
    `Fetching ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`,
    `${hereLayers + layers} of ${totalLayers} layers`,
    ...(bytesPerSecond > 0 ? [`${formatBytes(bytesPerSecond)}/s`] : []),
    ...(left === null ? [] : [`${left} s left`]),
    ...(resumed > 0 ? [`taken up again ${resumed === 1 ? 'once' : `${resumed} times`}`] : []),
  ].join(', ')
}
