import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import { createTogether } from '../base/async/together.ts'
import type { IdRanges } from '../base/kernel/id-ranges.ts'
import type { Run } from '../base/process/run.ts'
import type { Subnet } from './ipv4.ts'
import { attachPorts, createNamespace, detachPorts, unmountNamespaces } from './links.ts'
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
  /** Interfaces and files of those that were made here and not given back, from before they are made until they are gone. */
  held(): ReadonlySet<string>
}

interface Deps {
  readonly run: Run
  readonly names: NetworkNames
  /** Holds the files on which the namespaces are mounted. */
  readonly folder: string
  readonly filter: PacketFilter
  readonly users: UserNamespaces | null
}

/** Makes user namespaces that own network namespaces. */
export interface UserNamespaces {
  /** joey-outside. */
  readonly program: string
  readonly ranges: IdRanges
}

export function createLeases({ run, names, folder, filter, users }: Deps): Leases {
  const used = new Set<number>()
  const held = new Set<string>()
  const hold = (lease: Lease): void => {
    for (const name of namesOf(lease)) held.add(name)
  }
  const pickSlot = createSlotChoice(names, used)
  const attach = createTogether<Slot>((slots) => attachPorts(run, names, slots))
  const detach = createTogether<Lease>((leases) => detachPorts(run, names, leases))
  const unmount = createTogether<readonly string[]>((files) => unmountNamespaces(run, files.flat()))

  const release = async (lease: Lease): Promise<void> => {
    hold(lease)
    const undone = await Promise.allSettled([
      detach(lease),
      filter.forbid(lease),
      unmount(filesOf(lease)).then(() => Promise.all(filesOf(lease).map((file) => rm(file, { force: true })))),
    ])
    // Whatever of it stays now is a stray.
    for (const name of namesOf(lease)) held.delete(name)
    const number = slotNumberOf(names, lease.interface)
    const failed = undone.find((result) => result.status === 'rejected')
    // The place stays occupied where something of it may still be there.
    if (failed !== undefined) throw failed.reason
    users?.ranges.release(lease.interface)
    if (number !== null) used.delete(number)
  }
  return {
    async make(subnet, signal) {
      const slot = pickSlot(subnet)
      const netnsPath = join(folder, slot.number.toString(16))
      const first = users?.ranges.take(slot.interface) ?? null
      const lease: Lease = {
        ...{ netnsPath, address: slot.address, interface: slot.interface },
        users: first === null ? null : { path: `${netnsPath}.users`, first },
      }
      hold(lease)
      try {
        for (const file of filesOf(lease)) await makeMountPoint(folder, file)
        const owner = users && lease.users ? { program: users.program, ...lease.users } : null
        await createNamespace(run, subnet, slot, { file: netnsPath, users: owner, signal })
        await Promise.all([attach(slot), filter.allow(lease)])
        return lease
      } catch (error) {
        await release(lease).catch(() => {})
        throw error
      }
    },
    release,
    held: () => held,
    occupy(interfaces) {
      for (const name of interfaces) {
        const number = slotNumberOf(names, name)
        if (number !== null) used.add(number)
      }
    },
  }
}

/** Everything of a lease that has a name on this machine. */
export function namesOf(lease: Lease): string[] {
  return [lease.interface, ...filesOf(lease)]
}

/** The files that keep its namespaces. */
function filesOf({ netnsPath, users }: Pick<Lease, 'netnsPath' | 'users'>): string[] {
  return users === null ? [netnsPath] : [netnsPath, users.path]
}

async function makeMountPoint(folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = await open(path, 'w', 0o600)
  await file.close()
}

/** Picks a place that nobody has, and marks it as used. */
function createSlotChoice(names: NetworkNames, used: Set<number>): (subnet: Subnet) => Slot {
  let next = firstSlot
  return (subnet) => {
    const count = slotCount(subnet)
    // Walks on from the last one: an address is used again as late as possible, when no connection remembers it.
    for (let step = 0; step < count; step += 1) {
      const number = firstSlot + ((next - firstSlot + step) % count)
      if (used.has(number)) continue
      used.add(number)
      next = number + 1
      return slotOf(names, subnet, number)
    }
    throw appError('network-full', { count })
  }
}
