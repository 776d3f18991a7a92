import type { SandboxId } from '#contract/sandbox'
import { connectWhenThere } from './connect-guest.ts'
import type { GuestChannel } from './guest-types.ts'

/** The one channel to each guest, opened when it is first needed: after a restart of the agent too. */
export interface GuestChannels {
  keep(id: SandboxId, channel: GuestChannel): void
  open(id: SandboxId, socket: string): Promise<GuestChannel>
  close(id: SandboxId): void
  closeAll(): void
}

/** A guest that runs answers within milliseconds, an emulated one on a busy machine within a second. */
const greetingMs = 10_000

export function createGuestChannels(): GuestChannels {
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
      const channel = connectWhenThere(socket, AbortSignal.timeout(greetingMs))
      hold(id, channel)
      return channel
    },
    close: drop,
    closeAll() {
      for (const id of channels.keys()) drop(id)
    },
  }
}
