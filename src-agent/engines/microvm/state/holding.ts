import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import type { GuestChannel } from '../guest/guest-types.ts'
import type { MachineRecords } from './machine-records.ts'
import { letGo } from './save-machine.ts'

/** Which machines stand still because they are being saved. */
export interface Holding {
  /** For the time of a save. Rejects with `conflict` where there is one already. */
  during<T>(id: SandboxId, save: () => Promise<T>): Promise<T>
  /** Lets one go on that an agent which was killed, or a save that failed, has left; the others are left alone. */
  letGoOfLeft(id: SandboxId): Promise<void>
}

interface Deps {
  readonly records: MachineRecords
  readonly openChannel: (id: SandboxId) => Promise<GuestChannel>
  readonly isFrozen: (id: SandboxId) => Promise<boolean>
  readonly log: Pick<Logger, 'info'>
}

export function createHolding({ records, openChannel, isFrozen, log }: Deps): Holding {
  const held = new Set<SandboxId>()
  return {
    async during(id, save) {
      if (held.has(id)) throw alreadySaving()
      held.add(id)
      try {
        return await save()
      } finally {
        held.delete(id)
      }
    },
    async letGoOfLeft(id) {
      if (held.has(id) || !(await records.isHeld(id))) return
      const record = await records.get(id)
      // One that is paused besides is let go when it is resumed.
      if (record === null || (await isFrozen(id))) return
      await letGo(records, id, record.run, () => openChannel(id))
      log.info({ id }, 'a micro-VM that was paused goes on')
    },
  }
}

function alreadySaving(): Error {
  return appError('save-in-progress')
}
