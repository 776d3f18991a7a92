import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import { probePath } from './gateway/forward-http.ts'

interface Wish {
  readonly address: string
  readonly port: number
  /** Asked for as soon as the port takes a connection; null: that is enough. */
  readonly path: string | null
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const firstPauseMs = 2
const longestPauseMs = 100

/** Resolves when it takes requests. Rejects where that takes too long, or nobody waits any more. */
export async function awaitReady({ address, port, path, timeoutMs, signal }: Wish): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    if (signal.aborted) throw appError('cancelled')
    const leftMs = deadline - performance.now()
    if (leftMs <= 0) throw appError('function-not-ready', { port, seconds: Math.ceil(timeoutMs / 1000) })
    if (
      (await takesConnection(address, port, leftMs)) &&
      (path === null || (await probePath(address, port, path, leftMs)))
    )
      return
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

function takesConnection(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (isReady: boolean): void => {
      socket.destroy()
      resolve(isReady)
    }
    socket.setTimeout(timeoutMs, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
