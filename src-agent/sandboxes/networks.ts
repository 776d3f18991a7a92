import { isDeepStrictEqual } from 'node:util'
import { appError } from '#contract/app-error'
import type { NetworkDetails, UserNetwork } from '#contract/network'
import { networksOf } from '#contract/networks-of'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { createInTurn } from '../base/async/locks.ts'
import { parseSubnet } from '../network/ipv4.ts'
import { isHostAddress } from '../network/joining.ts'
import type { Joined, Network } from '../network/network.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import { specToBe } from './pending.ts'

interface Deps {
  readonly networkRecords: NetworkRecords
  readonly records: SandboxRecords
  readonly network: Pick<Network, 'checkSubnet' | 'addSubnet' | 'dropSubnet'>
  readonly now: () => Date
}

type NewNetwork = Omit<UserNetwork, 'createdAt'>

/** Networks that sandboxes share: those that somebody has made, and those that are there because a sandbox names them. */
export interface Networks {
  list(): NetworkDetails[]
  /** Rejects with notFound. */
  find(name: string): NetworkDetails
  create(wish: NewNetwork): Promise<UserNetwork>
  /** Refuses one that is used, with its users. */
  remove(name: string): Promise<void>
  /** Removes those that nobody uses, or only names them. */
  prune(dryRun: boolean): Promise<string[]>
  /** Those of some addresses that do not lie in the subnet of a network. */
  addressesOutside(name: string, addresses: readonly string[]): string[]
}

export function createNetworks(deps: Deps): Networks {
  const { networkRecords, records, network } = deps
  // A subnet is checked and then taken: two at a time would both find it free.
  const inTurn = createInTurn()
  const usersOf = (name: string) => usersIn(records, name)
  const list = () => listAll(deps)
  const remove = async (name: string): Promise<void> => {
    const users = usersOf(name).map((user) => user.name)
    if (users.length > 0) throw appError('network-in-use', { name, users: users.join(' '), count: users.length })
    const found = networkRecords.get(name)
    if (!found) throw appError('network-not-found', { name })
    networkRecords.remove(name)
    if (found.subnet !== null) await network.dropSubnet(found.subnet)
  }
  return {
    list,
    find(name) {
      const found = list().find((each) => each.name === name)
      if (found) return found
      throw appError('network-not-found', { name })
    },
    create: (wish) => inTurn(null, () => make(deps, wish)),
    remove: (name) => inTurn(null, () => remove(name)),
    addressesOutside(name, addresses) {
      const subnet = networkRecords.get(name)?.subnet ?? null
      const range = subnet === null ? null : parseSubnet(subnet)
      return addresses.filter((each) => range === null || !isHostAddress(range, each))
    },
    prune: (dryRun) =>
      inTurn(null, async () => {
        const unused = networkRecords.all().filter(({ name }) => usersOf(name).length === 0)
        if (!dryRun) for (const { name } of unused) await remove(name)
        return unused.map(({ name }) => name)
      }),
  }
}

/** The sandboxes that are on a network. */
function usersIn(records: Pick<SandboxRecords, 'all'>, name: string): NetworkDetails['users'] {
  return records
    .all()
    .flatMap(({ sandbox }) => (isOn(sandbox, name) ? [{ name: sandbox.name, address: reachedBy(sandbox, name) }] : []))
}

function listAll({ networkRecords, records }: Pick<Deps, 'networkRecords' | 'records'>): NetworkDetails[] {
  const made = networkRecords.all().map((each) => ({ ...each, users: usersIn(records, each.name) }))
  const known = new Set(made.map(({ name }) => name))
  const named = new Set(records.all().flatMap(({ sandbox }) => networksOf(sandbox.spec)))
  const others = [...named]
    .filter((name) => !known.has(name))
    .map((name) => ({
      ...{ name, subnet: null, internal: false, isolated: false, labels: {}, createdAt: null },
      users: usersIn(records, name),
    }))
  return [...made, ...others].sort(({ name: one }, { name: other }) => (one < other ? -1 : 1))
}

async function make({ networkRecords, records, network, now }: Deps, wish: NewNetwork): Promise<UserNetwork> {
  const { name } = wish
  const present = networkRecords.get(name)
  const subnet =
    wish.subnet === null || wish.subnet === present?.subnet ? wish.subnet : await network.checkSubnet(wish.subnet)
  if (present) {
    const { createdAt: _, ...same } = present
    if (isDeepStrictEqual(same, { ...wish, subnet })) return present
    throw appError('network-exists', { name })
  }
  const users = usersIn(records, name).map((user) => user.name)
  // What runs there would be on another network from one moment to the next.
  if (users.length > 0 && (subnet !== null || wish.internal || wish.isolated))
    throw appError('network-named-already', { name, users: users.join(' ') })
  const made: UserNetwork = { ...wish, subnet, createdAt: now().toISOString() }
  networkRecords.put(made)
  try {
    if (subnet !== null) await network.addSubnet(subnet)
  } catch (error) {
    networkRecords.remove(name)
    throw error
  }
  return made
}

/** Now, or from its next start on. */
function isOn(sandbox: Sandbox, name: string): boolean {
  return [sandbox.spec, specToBe(sandbox)].some((spec) => networksOf(spec).includes(name))
}

/** The address by which those on a network find a sandbox: the one that it has in its subnet, or else its first. */
export function reachedBy(
  { address, addresses }: Pick<Sandbox, 'address' | 'addresses'>,
  network: string,
): string | null {
  return addresses.find((each) => each.network === network)?.address ?? address
}

/** What the networks of a specification are, and which addresses it shall have there. */
export function wishesOf(networkRecords: NetworkRecords, spec: SandboxSpec): Joined[] {
  return networksOf(spec).map((name) => {
    const { subnet = null, internal = false, isolated = false } = networkRecords.get(name) ?? {}
    const range = subnet === null ? null : parseSubnet(subnet)
    const address = range === null ? null : (spec.fixedAddresses.find((each) => isHostAddress(range, each)) ?? null)
    return { name, subnet, internal, isolated, address }
  })
}

/** Of one that runs, with the addresses that it has. */
export function joinedNetworks(networkRecords: NetworkRecords, { spec, addresses }: Sandbox): Joined[] {
  return wishesOf(networkRecords, spec).map((wish) => ({
    ...wish,
    address: addresses.find(({ network }) => network === wish.name)?.address ?? null,
  }))
}

/** Refuses an address that lies in the subnet of none of its networks, and two in one. */
export function requireFittingAddresses(networkRecords: NetworkRecords, spec: SandboxSpec): void {
  const wishes = wishesOf(networkRecords, spec)
  for (const address of spec.fixedAddresses) {
    if (wishes.some((wish) => wish.address === address)) continue
    const subnets = wishes.flatMap(({ name, subnet }) => (subnet === null ? [] : [`${name} ${subnet}`]))
    throw appError('address-outside', { address, ...(subnets.length > 0 && { subnets: subnets.join(', ') }) })
  }
}

/** The addresses as people see them. */
export function shownAddresses(joined: readonly Joined[]): Sandbox['addresses'] {
  return joined.flatMap(({ name, address }) => (address === null ? [] : [{ network: name, address }]))
}
