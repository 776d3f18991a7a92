import { isDeepStrictEqual } from 'node:util'
import { createInTurn } from '../base/async/locks.ts'
import type { Run } from '../base/process/run.ts'
import { keyOfPort } from './host-ports.ts'
import { formatSubnet, type Subnet } from './ipv4.ts'
import { createMembers } from './members.ts'
import type { NetworkNames } from './names.ts'
import type { Joined } from './network.ts'
import {
  addPublished,
  addSender,
  changeSender,
  changeSubnet,
  deletePublished,
  deleteSender,
  deleteTables,
  type FilterState,
  moveMember,
  type PublishedPort,
  renderRuleset,
  type Sender,
  type SenderOnNetworks,
} from './ruleset.ts'

const timeoutMs = 10_000

/** The tables of this state folder in the kernel, and what they must hold. */
export interface PacketFilter {
  /** Replaces the tables by what is known here. Also restores what somebody else flushed. */
  load(subnets: readonly Subnet[]): Promise<void>
  /** A further subnet of the bridge, or one no more. */
  addSubnet(subnet: Subnet): Promise<void>
  dropSubnet(subnet: Subnet): Promise<void>
  isLoaded(): Promise<boolean>
  allow(sender: Sender): Promise<void>
  /** Takes it off its network, too. */
  forbid(sender: Sender): Promise<void>
  /** Puts an interface on these networks in place of those it was on. */
  join(interfaceName: string, networks: readonly Joined[]): Promise<void>
  /** The networks that it is on. */
  networksOf(interfaceName: string): readonly Joined[]
  publish(ports: readonly PublishedPort[]): Promise<void>
  unpublish(ports: readonly PublishedPort[]): Promise<void>
  /** Records without changing the kernel; `load` must follow. */
  assume(known: Assumed): void
  deleteTables(): Promise<void>
}

export interface Assumed {
  readonly senders: readonly (Sender & { readonly networks: readonly Joined[] })[]
  readonly published: readonly PublishedPort[]
}

/**
 * Changes run one after another: a whole reload that was rendered before a change and loaded after it would lose it.
 * A change that the kernel refuses (somebody flushed the rules) is answered by a whole reload.
 */
export function createPacketFilter(run: Run, names: NetworkNames, connections: () => number): PacketFilter {
  const known = createKnown()
  const { senders, members } = known
  const tables = createTables(run, names, () => ({ ...known.all(), connections: connections() }))
  const { change } = tables

  return {
    load: tables.load,
    isLoaded: tables.isLoaded,
    addSubnet: (subnet) => tables.changeSubnets('add', subnet),
    dropSubnet: (subnet) => tables.changeSubnets('delete', subnet),
    allow(sender) {
      const known = onNetworks(sender, [])
      senders.set(sender.interface, known)
      return change(addSender(names, known))
    },
    forbid({ interface: name }) {
      const { from, to } = members.put(name, [])
      const before = senders.get(name)
      senders.delete(name)
      return change(moveMember(names, from, to) + (before === undefined ? '' : deleteSender(names, before)))
    },
    async join(name, networks) {
      const before = members.networksOf(name)
      if (isDeepStrictEqual(before, networks)) return
      const moved = members.put(name, networks)
      const sender = senders.get(name)
      const next = sender && onNetworks(sender, networks)
      if (next) senders.set(name, next)
      const script = moveMember(names, moved.from, moved.to)
      try {
        await change(next ? changeSender(names, sender, next) + script : script)
      } catch (error) {
        members.put(name, before)
        if (sender) senders.set(name, sender)
        throw error
      }
    },
    networksOf: members.networksOf,
    async publish(ports) {
      for (const port of ports) known.published.set(keyOfPort(port), port)
      try {
        await change(addPublished(names, ports))
      } catch (error) {
        for (const port of ports) known.published.delete(keyOfPort(port))
        throw error
      }
    },
    unpublish(ports) {
      const present = ports.filter((port) => known.published.delete(keyOfPort(port)))
      return change(deletePublished(names, present))
    },
    assume: (assumed) => known.assume(assumed),
    async deleteTables() {
      known.clear()
      await tables.remove()
    },
  }
}

/** The tables in the kernel. Scripts are loaded one after another. */
function createTables(run: Run, names: NetworkNames, wanted: () => FilterState) {
  let subnets: readonly Subnet[] = []
  const inTurn = createInTurn()
  const nft = async (input: string): Promise<void> => {
    await run('nft', ['-f', '-'], { timeoutMs, input })
  }
  const reload = async (): Promise<void> => {
    if (subnets.length > 0) await nft(renderRuleset(names, subnets, wanted()))
  }
  const waiting: string[] = []
  let next: Promise<void> | null = null
  /** All that came while nft was at work is one transaction: to start it takes longer than what it does. */
  const flush = (): Promise<void> => {
    next = null
    return nft(waiting.splice(0).join('')).catch(reload)
  }
  const change = (script: string): Promise<void> => {
    if (script === '') return inTurn(null, () => Promise.resolve())
    waiting.push(script)
    next ??= inTurn(null, flush)
    return next
  }
  return {
    load(chosen: readonly Subnet[]): Promise<void> {
      subnets = chosen
      return inTurn(null, reload)
    },
    async isLoaded(): Promise<boolean> {
      const { stdout } = await run('nft', ['list', 'tables'], { timeoutMs })
      const tables = stdout.split('\n')
      return ['bridge', 'inet'].every((family) => tables.includes(`table ${family} ${names.table}`))
    },
    change,
    changeSubnets(verb: 'add' | 'delete', subnet: Subnet): Promise<void> {
      const others = subnets.filter((each) => formatSubnet(each) !== formatSubnet(subnet))
      if (others.length < subnets.length === (verb === 'add')) return Promise.resolve()
      subnets = verb === 'add' ? [...others, subnet] : others
      return change(changeSubnet(names, verb, subnet))
    },
    remove(): Promise<void> {
      subnets = []
      return inTurn(null, () => nft(deleteTables(names)))
    },
  }
}

/** Its further addresses and its way out follow from its networks: none leads out where all are without. */
function onNetworks({ interface: name, address }: Sender, networks: readonly Joined[]): SenderOnNetworks {
  return {
    ...{ interface: name, address },
    further: networks.flatMap((network) => network.address ?? []),
    inside: networks.length > 0 && networks.every(({ internal }) => internal),
  }
}

/** What the tables must hold. */
function createKnown() {
  const senders = new Map<string, SenderOnNetworks>()
  const members = createMembers()
  const published = new Map<string, PublishedPort>()
  const clear = (): void => {
    senders.clear()
    members.clear()
    published.clear()
  }
  return {
    senders,
    members,
    published,
    clear,
    all: () => ({ senders: senders.values(), members: members.all(), published: published.values() }),
    assume(assumed: Assumed): void {
      clear()
      for (const sender of assumed.senders) {
        senders.set(sender.interface, onNetworks(sender, sender.networks))
        members.put(sender.interface, sender.networks)
      }
      for (const port of assumed.published) published.set(keyOfPort(port), port)
    },
  }
}
