import { appError } from '#contract/app-error'
import type { Run } from '../base/process/run.ts'
import { contains, formatAddress, parseAddress, parseSubnet, type Subnet, sizeOf } from './ipv4.ts'
import { changeAddresses, type FurtherAddress, setIsolated } from './links.ts'
import { macForAddress, type NetworkNames } from './names.ts'
import type { Joined, Lease } from './network.ts'
import type { PacketFilter } from './packet-filter.ts'

interface Deps {
  readonly run: Run
  readonly names: NetworkNames
  readonly filter: PacketFilter
  readonly prepare: () => Promise<unknown>
}

type Place = Pick<Lease, 'interface' | 'address'>

/** Which sandbox is on which networks, and by which addresses. */
export interface Joining {
  /** See `Network.join`. */
  join(lease: Place, wishes: readonly Joined[], netns: string | null): Promise<readonly Joined[]>
  /** Frees the addresses of an interface that is no more. */
  forget(interfaceName: string): void
  /** What an agent before this one has given. */
  assume(running: readonly (Place & { readonly networks: readonly Joined[] })[]): void
}

/** How many addresses of a subnet are tried for one that is free: who has more sandboxes than that on one network. */
const mostTried = 65_536

export function createJoining({ run, names, filter, prepare }: Deps): Joining {
  /** By address. */
  const owners = new Map<string, string>()

  const move = async (lease: Place, before: readonly Joined[], after: readonly Joined[], netns: string | null) => {
    const [was, is] = [before.some(isOpen), after.some(isOpen)]
    const name = lease.interface
    // An interface is let to its neighbours last when it joins, and kept from them first when it leaves.
    if (was && !is) await setIsolated(run, name, true)
    await filter.join(name, after)
    const change = { gone: furtherOf(lease, before, after), come: furtherOf(lease, after, before) }
    if (netns !== null && change.gone.length + change.come.length > 0) await changeAddresses(run, names, netns, change)
    if (is && !was) await setIsolated(run, name, false)
    for (const { address } of change.gone) owners.delete(address)
  }
  return {
    async join(lease, wishes, netns) {
      const before = filter.networksOf(lease.interface)
      if (before.length === 0 && wishes.length === 0) return []
      await prepare()
      const after = decide(owners, lease, { before, wishes, mayGet: netns !== null })
      try {
        await move(lease, before, after, netns)
      } catch (error) {
        await move(lease, after, before, netns).catch(() => undefined)
        throw error
      }
      return after
    },
    forget(interfaceName) {
      for (const [address, owner] of owners) if (owner === interfaceName) owners.delete(address)
    },
    assume(running) {
      for (const { interface: name, networks } of running) {
        for (const { address } of networks) if (address !== null) owners.set(address, name)
      }
    },
  }
}

interface Wanted {
  readonly before: readonly Joined[]
  readonly wishes: readonly Joined[]
  /** Addresses can be put there. */
  readonly mayGet: boolean
}

/** The addresses that it has on each, taken from now on. What is refused leaves none taken. */
function decide(owners: Map<string, string>, lease: Place, { before, wishes, mayGet }: Wanted): Joined[] {
  const fresh: string[] = []
  try {
    return wishes.map((wish): Joined => {
      const same = before.find(({ name, subnet }) => name === wish.name && subnet === wish.subnet)
      const present = same?.address ?? null
      if (present !== null && (wish.address ?? present) === present) return { ...wish, address: present }
      const address = mayGet ? choose(owners, lease, wish) : null
      if (address !== null && !owners.has(address)) fresh.push(address)
      if (address !== null) owners.set(address, lease.interface)
      return { ...wish, address }
    })
  } catch (error) {
    for (const address of fresh) owners.delete(address)
    throw error
  }
}

function choose(owners: ReadonlyMap<string, string>, lease: Place, { name, subnet, address }: Joined): string | null {
  const range = subnet === null ? null : parseSubnet(subnet)
  if (range === null) return null
  const isFree = (each: string) => (owners.get(each) ?? lease.interface) === lease.interface
  if (address === null) return freeIn(range, isFree, name)
  if (!isFree(address)) throw appError('address-taken', { address, network: name })
  return address
}

const isOpen = ({ isolated }: Joined): boolean => !isolated

/** The addresses of the first that the others do not have. */
function furtherOf(lease: Place, networks: readonly Joined[], others: readonly Joined[]): FurtherAddress[] {
  const known = new Set(others.map(({ address }) => address))
  const mac = macForAddress(lease.address)
  return networks.flatMap(({ address, subnet }) => {
    const range = subnet === null ? null : parseSubnet(subnet)
    return address === null || range === null || known.has(address) ? [] : [{ address, subnet: range, mac }]
  })
}

/** The first is the host's, the last that of all. */
function freeIn(range: Subnet, isFree: (address: string) => boolean, network: string): string {
  const last = Math.min(sizeOf(range) - 1, mostTried)
  for (let number = 2; number < last; number += 1) {
    const address = formatAddress(range.base + number)
    if (isFree(address)) return address
  }
  throw appError('network-addresses-gone', { network, count: Math.max(last - 2, 0) })
}

/** Whether a sandbox can have an address of a subnet. */
export function isHostAddress(range: Subnet, address: string): boolean {
  const number = parseAddress(address)
  if (number === null || !contains(range, number)) return false
  return number > range.base + 1 && number < range.base + sizeOf(range) - 1
}
