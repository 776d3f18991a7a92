import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { Run } from '../base/process/run.ts'
import type { Subnet } from './ipv4.ts'
import { attachPort, createNamespace, deleteLinks, unmountNamespace } from './links.ts'
import { firstSlot, type NetworkNames, type Slot, slotCount, slotNumberOf, slotOf } from './names.ts'
import type { Lease } from './network.ts'
import type { PacketFilter } from './packet-filter.ts'

/** Makes and takes back network namespaces. */
export interface Leases {
  /** MUST leave nothing behind when it fails. */
  make(subnet: Subnet, signal?: AbortSignal): Promise<Lease>
  release(lease: Lease): Promise<void>
  /** Marks the places of interfaces as in use. */
  occupy(interfaces: readonly string[]): void
}

interface Deps {
  readonly run: Run
  readonly names: NetworkNames
  /** Holds the files on which the namespaces are mounted. */
  readonly folder: string
  readonly filter: PacketFilter
}

export function createLeases({ run, names, folder, filter }: Deps): Leases {
  const used = new Set<number>()
  let next = firstSlot

  const pickSlot = (subnet: Subnet): Slot => {
    const count = slotCount(subnet)
    // Walks on from the last one: an address is used again as late as possible, when no connection remembers it.
    for (let step = 0; step < count; step += 1) {
      const number = firstSlot + ((next - firstSlot + step) % count)
      if (used.has(number)) continue
      used.add(number)
      next = number + 1
      return slotOf(names, subnet, number)
    }
    throw appError('unavailable', 'network-full', `No more than ${count} sandboxes fit into the network at once.`)
  }
  const release = async (lease: Lease): Promise<void> => {
    const undone = await Promise.allSettled([
      deleteLinks(run, [lease.interface]),
      filter.forbid(lease),
      unmountNamespace(run, lease.netnsPath).then(() => rm(lease.netnsPath, { force: true })),
    ])
    const number = slotNumberOf(names, lease.interface)
    const failed = undone.find((result) => result.status === 'rejected')
    // The place stays occupied where something of it may still be there.
    if (failed !== undefined) throw failed.reason
    if (number !== null) used.delete(number)
  }
  return {
    async make(subnet, signal) {
      const slot = pickSlot(subnet)
      const lease = {
        netnsPath: join(folder, slot.number.toString(16)),
        address: slot.address,
        interface: slot.interface,
      }
      try {
        await makeMountPoint(folder, lease.netnsPath)
        await createNamespace(run, subnet, slot, lease.netnsPath, signal)
        await Promise.all([attachPort(run, names, slot), filter.allow(lease)])
        return lease
      } catch (error) {
        await release(lease).catch(() => {})
        throw error
      }
    },
    release,
    occupy(interfaces) {
      for (const name of interfaces) {
        const number = slotNumberOf(names, name)
        if (number !== null) used.add(number)
      }
    },
  }
}

async function makeMountPoint(folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = await open(path, 'w', 0o600)
  await file.close()
}
