import type { LiveKey } from '#contract/read-fields'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { sandboxFields } from '#contract/sandbox-fields'
import type { Drivers } from '../engines/driver.ts'
import type { Network } from '../network/network.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { driverOf } from './find-driver.ts'
import { applyResources } from './resources.ts'

interface Deps {
  readonly drivers: Drivers
  readonly network: Network
}

/** Whether what runs has another value of the field at once. */
export const isLiveKey = (key: string): key is LiveKey =>
  sandboxFields[key as keyof typeof sandboxFields].takesEffect === 'live'

/**
 * Gives what runs other values of these fields, and resolves with what people then see beside the specification. Where one
 * is refused, it has none of them.
 */
export async function changeLive(
  deps: Deps,
  record: SandboxRecord,
  spec: SandboxSpec,
  keys: readonly LiveKey[],
): Promise<Partial<Sandbox>> {
  const apply = appliers(deps)
  const { ports, spec: before } = record.sandbox
  const done: LiveKey[] = []
  const shown: Partial<Sandbox> = {}
  try {
    for (const key of keys) {
      Object.assign(shown, await apply[key](record, spec))
      done.push(key)
    }
    return shown
  } catch (error) {
    for (const key of done.reverse()) await apply[key](record, { ...before, ports }).catch(() => undefined)
    throw error
  }
}

type Apply = (record: SandboxRecord, spec: SandboxSpec) => Promise<Partial<Sandbox>>

/** How a field changes in a sandbox that runs: one for each of which the table of fields says that it does. */
function appliers({ drivers, network }: Deps): { readonly [K in LiveKey]: Apply } {
  return {
    async limits({ sandbox }, spec) {
      const driver = driverOf({ drivers }, sandbox.class)
      await driver.update(sandbox.id, spec.limits)
      // The limit of memory takes swap with it.
      if (spec.memorySwapBytes !== null) await applyResources(driver, sandbox.id, spec)
      return {}
    },
    async networkName({ lease }, { networkName }) {
      if (lease) await network.join(lease, networkName)
      return {}
    },
    async ports({ lease, sandbox }, { ports }) {
      return lease ? { ports: await network.publish(sandbox.id, lease.address, ports) } : {}
    },
  }
}
