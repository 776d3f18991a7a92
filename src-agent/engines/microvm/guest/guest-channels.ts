import { appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import { connectWhenThere } from './connect-guest.ts'
import { guestSilent } from './guest-errors.ts'
import type { GuestChannel } from './guest-types.ts'

/** The one channel to each guest, opened when it is first needed: after a restart of the agent too. */
export interface GuestChannels {
  keep(id: SandboxId, channel: GuestChannel): void
  /** Rejects with `machine-not-running` as soon as the machine has ended, with `guest-silent` where it does not answer. */
  open(id: SandboxId, socket: string): Promise<GuestChannel>
  close(id: SandboxId): void
  closeAll(): void
}

/** A guest that runs answers within milliseconds, an emulated one on a busy machine within a second. */
const usualGreetingMs = 10_000
const endPollMs = 50

interface ChannelsDeps {
  /** Whether the machine has ended, or is not known any more. */
  isOver(id: SandboxId): Promise<boolean>
  readonly greetingMs?: number
}

export function createGuestChannels({ isOver, greetingMs = usualGreetingMs }: ChannelsDeps): GuestChannels {
  const channels = new Map<SandboxId, Promise<GuestChannel>>()
  const forget = (id: SandboxId, channel: Promise<GuestChannel>): void => {
    if (channels.get(id) === channel) channels.delete(id)
  }
  const hold = (id: SandboxId, channel: Promise<GuestChannel>): void => {
    channels.set(id, channel)
    channel.then(
      ({ closed }) => closed.then(() => forget(id, channel)),
      () => forget(id, channel),
    )
  }
  const drop = (id: SandboxId): void => {
    channels.get(id)?.then(
      (channel) => channel.close(),
      () => undefined,
    )
    channels.delete(id)
  }
  return {
    keep: (id, channel) => hold(id, Promise.resolve(channel)),
    open(id, socket) {
      const known = channels.get(id)
      if (known) return known
      const channel = connectToLiving(socket, () => isOver(id), greetingMs)
      hold(id, channel)
      return channel
    },
    close: drop,
    closeAll() {
      for (const id of channels.keys()) drop(id)
    },
  }
}

/** The socket of a machine that has ended may stay, or be gone: neither says that nobody will come. */
async function connectToLiving(
  socket: string,
  isOver: () => Promise<boolean>,
  greetingMs: number,
): Promise<GuestChannel> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(guestSilent()), greetingMs)
  const stopIfOver = async (): Promise<void> => {
    if (await isOver()) stop.abort(appError('machine-not-running'))
  }
  // Where that cannot be told the time runs out.
  const watch = setInterval(() => void stopIfOver().catch(() => undefined), endPollMs)
  try {
    return await connectWhenThere(socket, stop.signal)
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
  }
}
