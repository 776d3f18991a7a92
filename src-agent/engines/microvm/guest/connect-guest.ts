import { lstat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#contract/app-error'
import { connectGuest } from './guest-channel.ts'
import type { GuestChannel } from './guest-types.ts'

const pollMs = 4
const retryMs = 20

/**
 * Connects once QEMU has made the socket, and again where it refuses: between making the socket and listening on it,
 * and while it lets go of the client before. Rejects with the signal's reason, so that signal must end at some time.
 */
export async function connectWhenThere(socket: string, signal: AbortSignal): Promise<GuestChannel> {
  while (!(await isSocket(socket))) {
    signal.throwIfAborted()
    await sleep(pollMs)
  }
  for (;;) {
    try {
      return await connectGuest(socket, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof AppError) || error.wire.reason !== 'guest-gone') throw error
      await sleep(retryMs)
    }
  }
}

async function isSocket(path: string): Promise<boolean> {
  return lstat(path).then(
    (file) => file.isSocket(),
    () => false,
  )
}
