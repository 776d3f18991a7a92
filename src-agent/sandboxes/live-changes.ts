import { readlink } from 'node:fs/promises'
import type { LiveKey } from '#contract/read-fields'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { sandboxFields } from '#contract/sandbox-fields'
import type { Drivers } from '../engines/driver.ts'
import type { Network } from '../network/network.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { driverOf } from './find-driver.ts'
import { shownAddresses, wishesOf } from './networks.ts'
import { applyResources } from './resources.ts'

interface Deps {
  readonly drivers: Drivers
  readonly networkRecords: NetworkRecords
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
function appliers({ drivers, network, networkRecords }: Deps): { readonly [K in LiveKey]: Apply } {
  const joinAnew: Apply = async ({ lease, sandbox }, spec) => {
    if (!lease) return {}
    const { sharesProcesses } = driverOf({ drivers }, sandbox.class)
    const netns = sharesProcesses && sandbox.pid !== null ? await ownNamespace(sandbox.pid) : null
    return { addresses: shownAddresses(await network.join(lease, wishesOf(networkRecords, spec), netns)) }
  }
  return {
    async limits({ sandbox }, spec) {
      const driver = driverOf({ drivers }, sandbox.class)
      await driver.update(sandbox.id, spec.limits)
      // The limit of memory takes swap with it.
      if (spec.memorySwapBytes !== null) await applyResources(driver, sandbox.id, spec)
      return {}
    },
    networkName: joinAnew,
    moreNetworks: joinAnew,
    // Only the names by which the others find it, which follow what is on record.
    networkAliases: async () => ({}),
    async ports({ lease, sandbox }, { ports }) {
      return lease ? { ports: await network.publish(sandbox.id, lease.address, ports) } : {}
    },
  }
}

/** The network namespace of a guest's process; null where it has ended, and its number may be another's by now. */
async function ownNamespace(pid: number): Promise<string | null> {
  const path = `/proc/${pid}/ns/net`
  const [its, ours] = await Promise.all([path, '/proc/self/ns/net'].map((each) => readlink(each).catch(() => null)))
  return its === null || its === ours ? null : path
}
