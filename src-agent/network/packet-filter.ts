import { createInTurn } from '../base/async/locks.ts'
import type { Run } from '../base/process/run.ts'
import { keyOfPort } from './host-ports.ts'
import type { Subnet } from './ipv4.ts'
import { createMembers } from './members.ts'
import type { NetworkNames } from './names.ts'
import {
  addPublished,
  addSender,
  deletePublished,
  deleteSender,
  deleteTables,
  type FilterState,
  moveMember,
  type PublishedPort,
  renderRuleset,
  type Sender,
} from './ruleset.ts'

const timeoutMs = 10_000

/** The tables of this state folder in the kernel, and what they must hold. */
export interface PacketFilter {
  /** Replaces the tables by what is known here. Also restores what somebody else flushed. */
  load(subnet: Subnet): Promise<void>
  isLoaded(): Promise<boolean>
  allow(sender: Sender): Promise<void>
  /** Takes it off its network, too. */
  forbid(sender: Sender): Promise<void>
  /** Puts an interface on the network of that name in place of the one it was on; null: on none. */
  join(interfaceName: string, networkName: string | null): Promise<void>
  /** The network that it is on; null: none. */
  networkOf(interfaceName: string): string | null
  publish(ports: readonly PublishedPort[]): Promise<void>
  unpublish(ports: readonly PublishedPort[]): Promise<void>
  /** Records without changing the kernel; `load` must follow. */
  assume(known: Assumed): void
  deleteTables(): Promise<void>
}

export interface Assumed {
  readonly senders: readonly (Sender & { readonly networkName: string | null })[]
  readonly published: readonly PublishedPort[]
}

/**
 * Changes run one after another: a whole reload that was rendered before a change and loaded after it would lose it.
 * A change that the kernel refuses (somebody flushed the rules) is answered by a whole reload.
 */
export function createPacketFilter(run: Run, names: NetworkNames, connections: () => number): PacketFilter {
  const known = createKnown()
  const tables = createTables(run, names, () => ({ ...known.all(), connections: connections() }))
  const { change } = tables

  return {
    load: tables.load,
    isLoaded: tables.isLoaded,
    allow(sender) {
      known.senders.set(sender.interface, sender)
      return change(addSender(names, sender))
    },
    forbid(sender) {
      const left = moveMember(names, known.members.put(sender.interface, null).from, undefined)
      const forbidden = known.senders.delete(sender.interface) ? deleteSender(names, sender) : ''
      return change(left + forbidden)
    },
    async join(interfaceName, networkName) {
      const before = known.members.nameOf(interfaceName)
      if (before === networkName) return
      const { from, to } = known.members.put(interfaceName, networkName)
      try {
        await change(moveMember(names, from, to))
      } catch (error) {
        known.members.put(interfaceName, before)
        throw error
      }
    },
    networkOf: known.members.nameOf,
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
  let subnet: Subnet | null = null
  const inTurn = createInTurn()
  const nft = async (input: string): Promise<void> => {
    await run('nft', ['-f', '-'], { timeoutMs, input })
  }
  const reload = async (): Promise<void> => {
    if (subnet !== null) await nft(renderRuleset(names, subnet, wanted()))
  }
  const waiting: string[] = []
  let next: Promise<void> | null = null
  /** All that came while nft was at work is one transaction: to start it takes longer than what it does. */
  const flush = (): Promise<void> => {
    next = null
    return nft(waiting.splice(0).join('')).catch(reload)
  }
  return {
    load(chosen: Subnet): Promise<void> {
      subnet = chosen
      return inTurn(null, reload)
    },
    async isLoaded(): Promise<boolean> {
      const { stdout } = await run('nft', ['list', 'tables'], { timeoutMs })
      const tables = stdout.split('\n')
      return ['bridge', 'inet'].every((family) => tables.includes(`table ${family} ${names.table}`))
    },
    change(script: string): Promise<void> {
      if (script === '') return inTurn(null, () => Promise.resolve())
      waiting.push(script)
      next ??= inTurn(null, flush)
      return next
    },
    remove(): Promise<void> {
      subnet = null
      return inTurn(null, () => nft(deleteTables(names)))
    },
  }
}

/** What the tables must hold. */
function createKnown() {
  const senders = new Map<string, Sender>()
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
        senders.set(sender.interface, sender)
        members.put(sender.interface, sender.networkName)
      }
      for (const port of assumed.published) published.set(keyOfPort(port), port)
    },
  }
}
