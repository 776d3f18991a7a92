import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { PortPublish, SandboxId } from '#contract/sandbox'
import { sentence } from '#contract/sentence'
import type { Run } from '../base/process/run.ts'
import { connectionLimit } from './connection-limit.ts'
import { examineNetwork } from './findings.ts'
import { refuseForeignPorts } from './foreign-ports.ts'
import { createHostPorts, type HostPorts, keyOfPort } from './host-ports.ts'
import type { Subnet } from './ipv4.ts'
import { createLeases, type Leases, type UserNamespaces } from './leases.ts'
import { deleteLinks, ensureBridge, presentLinks, setIsolated } from './links.ts'
import { gatewayOf, macForAddress, type NetworkNames, namesFor } from './names.ts'
import type { Lease, Network, NetworkLog, ReservedPort } from './network.ts'
import { createPacketFilter, type PacketFilter } from './packet-filter.ts'
import { createPool } from './pool.ts'
import { reconcileNetwork } from './reconcile.ts'
import { formatResolvConf, readHostResolvConf, readResolver, watchResolvConf } from './resolv-conf.ts'
import { findNetworkStrays } from './strays.ts'
import { chooseSubnet } from './subnet-choice.ts'

interface Deps {
  /** Six hexadecimal digits made from the state folder. */
  readonly tag: string
  /** The run folder. */
  readonly folder: string
  readonly run: Run
  readonly log: NetworkLog
  /** Namespaces kept ready; 2 otherwise. */
  readonly poolSize?: number
  /** Each network belongs to a user namespace of its own where there is one. */
  readonly users?: UserNamespaces | null
  /** How many connections to elsewhere a sandbox may have; {@link connectionLimit} otherwise. */
  readonly connections?: number
}

export function createNetwork({ tag, folder, run, log, poolSize = 2, users = null, connections }: Deps): Network {
  const names = namesFor(tag)
  const filter = createPacketFilter(run, names, () => connections ?? connectionLimit())
  const hostPorts = createHostPorts()
  const leases = createLeases({ run, names, folder: join(folder, 'netns'), filter, users })
  const bridge = createBridge({ run, folder, names, tag, filter, leases, log })
  const { prepare } = bridge
  const publishing = createPublishing({ run, names, filter, hostPorts, prepare })
  const make = (signal?: AbortSignal) => bridge.makeLease(signal)
  const release = (lease: Lease) => leases.release(lease)
  const pool = createPool({ size: poolSize, make: () => make(), release, isWhole, log })

  return {
    async prepare(signal) {
      await prepare()
      signal.throwIfAborted()
      pool.fill()
    },
    async take(signal) {
      signal.throwIfAborted()
      const lease = pool.take() ?? (await make(signal))
      pool.fill()
      return lease
    },
    async placeOf({ address }) {
      const subnet = await prepare()
      const { address: gateway } = gatewayOf(subnet)
      return { address, prefixLength: subnet.prefix, gateway, mac: macForAddress(address) }
    },
    async join({ interface: port }, networkName) {
      await prepare()
      await joinNetwork({ run, filter }, port, networkName)
    },
    publish: publishing.publish,
    unpublish: publishing.unpublish,
    release,
    async reconcile(running) {
      publishing.assume(running)
      leases.occupy(running.map((sandbox) => sandbox.interface))
      try {
        return await reconcileNetwork({ run, names, folder, filter, hostPorts, prepare }, running)
      } catch (error) {
        // Without its tools there is no network, and still an agent that says so.
        if (!(error instanceof AppError) || error.wire.reason !== 'program-missing') throw error
        return [sentence('found-no-network', { why: error.wire })]
      }
    },
    resolvConf: async () => formatResolvConf(await readResolver()),
    hostResolvConf: () => readHostResolvConf(),
    watchResolvConf: (listener) => watchResolvConf(listener),
    examine: () => examineNetwork(run, names),
    findStrays: (known) => findNetworkStrays({ run, names, folder: join(folder, 'netns'), leases, known }),
    repair: bridge.repair,
    async close({ keep }) {
      await pool.close()
      publishing.close()
      await bridge.close(keep)
    },
  }
}

/** Whether its interface is still there: somebody may have removed it. */
function isWhole(lease: Lease): boolean {
  return existsSync(`/sys/class/net/${lease.interface}`)
}

interface BridgeDeps extends Pick<Deps, 'run' | 'folder' | 'tag' | 'log'> {
  readonly names: NetworkNames
  readonly filter: PacketFilter
  readonly leases: Leases
}

/** The bridge and the tables of the packet filter, made when they are first needed. */
function createBridge({ run, folder, names, tag, filter, leases, log }: BridgeDeps) {
  let prepared: Promise<Subnet> | null = null
  let touched = false

  const prepareNow = async (): Promise<Subnet> => {
    touched = true
    const [subnet, present] = await Promise.all([
      chooseSubnet(run, folder, names.bridge, tag),
      presentLinks(run, names),
    ])
    leases.occupy(present.ports)
    // The filter comes first, so that there is no moment in which a sandbox is joined and not guarded.
    await filter.load(subnet)
    await ensureBridge(run, names, subnet, { ...present, isJoined: (port) => filter.networkOf(port) !== null })
    return subnet
  }
  const prepare = (): Promise<Subnet> => {
    prepared ??= prepareNow().catch((error: unknown) => {
      prepared = null
      throw error
    })
    return prepared
  }
  return {
    prepare,
    async makeLease(signal?: AbortSignal): Promise<Lease> {
      const mine = prepare()
      try {
        return await leases.make(await mine, signal)
      } catch (error) {
        signal?.throwIfAborted()
        log.warn({ err: error }, 'A network could not be made; the bridge is set up anew')
        // Once for all who met the same failure.
        if (prepared === mine) prepared = null
        return leases.make(await prepare(), signal)
      }
    },
    async repair(): Promise<boolean> {
      if (prepared === null || (await filter.isLoaded())) return false
      await filter.load(await prepared)
      log.warn({ table: names.table }, 'The packet filter was gone and has been restored')
      return true
    },
    async close(keep: boolean): Promise<void> {
      await prepared?.catch(() => {})
      prepared = null
      if (keep || !touched) return
      touched = false
      await deleteLinks(run, [...(await presentLinks(run, names)).ports, names.bridge])
      await filter.deleteTables()
    },
  }
}

/** An interface is let to its neighbours last when it joins, and kept from them first when it leaves. */
async function joinNetwork(
  { run, filter }: Pick<BridgeDeps, 'run' | 'filter'>,
  port: string,
  networkName: string | null,
): Promise<void> {
  const before = filter.networkOf(port)
  if (networkName !== null) await filter.join(port, networkName)
  try {
    await setIsolated(run, port, networkName === null)
  } catch (error) {
    if (networkName !== null) await filter.join(port, before)
    throw error
  } finally {
    if (networkName === null) await filter.join(port, null)
  }
}

interface PublishingDeps extends Pick<BridgeDeps, 'run' | 'names' | 'filter'> {
  readonly hostPorts: HostPorts
  readonly prepare: () => Promise<Subnet>
}

/** The ports that sandboxes have published: reserved on the host, and led on by the packet filter. */
function createPublishing({ run, names, filter, hostPorts, prepare }: PublishingDeps) {
  const published = new Map<SandboxId, Published>()
  const led = (ports: readonly ReservedPort[], address: string) => ports.map((port) => ({ ...port, address }))
  const letGo = hostPorts.release
  const unpublish = async (id: SandboxId): Promise<void> => {
    const former = published.get(id)
    if (former === undefined) return
    published.delete(id)
    await filter.unpublish(led(former.ports, former.address))
    letGo(former.ports)
  }
  /** What is refused is refused before anything is changed; what stays is not touched. */
  const change = async (id: SandboxId, former: Published, ports: readonly PortPublish[]): Promise<ReservedPort[]> => {
    const { address } = former
    const { kept, gone, added } = compare(former.ports, ports)
    if (gone.length === 0 && added.length === 0) return kept
    // A port that leads to another one of the guest from now on stays reserved.
    const moved = added.filter((wish) => gone.some((port) => keyOfPort(port) === keyOfPort(wish)))
    const fresh = added.filter((port) => !moved.includes(port))
    await Promise.all([prepare(), refuseForeignPorts(run, names, fresh)])
    const reserved = await hostPorts.reserve(id, fresh)
    const come = [...moved, ...reserved]
    const redirected = gone.filter((former) => moved.some((port) => keyOfPort(port) === keyOfPort(former)))
    await filter.unpublish(led(redirected, address))
    try {
      await filter.publish(led(come, address))
    } catch (error) {
      letGo(reserved)
      await filter.publish(led(redirected, address))
      throw error
    }
    published.set(id, { address, ports: [...kept, ...come] })
    const over = gone.filter((port) => !redirected.includes(port))
    await filter.unpublish(led(over, address))
    letGo(over)
    return [...kept, ...come]
  }
  return {
    unpublish,
    async publish(id: SandboxId, address: string, ports: readonly PortPublish[]): Promise<ReservedPort[]> {
      const former = published.get(id)
      if (former !== undefined && former.address !== address) await unpublish(id)
      const { ports: present } = published.get(id) ?? { ports: [] }
      if (present.length === 0 && ports.length === 0) return []
      return change(id, { address, ports: present }, ports)
    },
    /** What an agent before this one has published. */
    assume(running: readonly ({ readonly id: SandboxId } & Published)[]): void {
      for (const { id, address, ports } of running) published.set(id, { address, ports })
    },
    close(): void {
      hostPorts.releaseAll()
      published.clear()
    },
  }
}

interface Published {
  readonly address: string
  readonly ports: readonly ReservedPort[]
}

/** What of a wish is published already, what no longer answers one, and what is new. A free port that was picked stays. */
function compare(present: readonly ReservedPort[], wanted: readonly PortPublish[]) {
  const left = [...present]
  const added: PortPublish[] = []
  const kept: ReservedPort[] = []
  // Named ones first, or a free one could take the port that is named further on.
  for (const wish of wanted.toSorted((one, other) => Number(one.hostPort === 0) - Number(other.hostPort === 0))) {
    const at = left.findIndex(
      ({ hostPort, guestPort, protocol }) =>
        guestPort === wish.guestPort &&
        protocol === wish.protocol &&
        (wish.hostPort === 0 || wish.hostPort === hostPort),
    )
    if (at < 0) added.push(wish)
    else kept.push(...left.splice(at, 1))
  }
  return { kept, gone: left, added }
}
