import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import { sentence } from '#contract/sentence'
import type { Run } from '../base/process/run.ts'
import { createBridge } from './bridge.ts'
import { connectionLimit } from './connection-limit.ts'
import { examineNetwork } from './findings.ts'
import { createHostPorts } from './host-ports.ts'
import { parseSubnet, type Subnet } from './ipv4.ts'
import { createJoining } from './joining.ts'
import { createLeases, type UserNamespaces } from './leases.ts'
import { gatewayOf, macForAddress, namesFor } from './names.ts'
import type { GuestPlace, Joined, Lease, Network, NetworkLog } from './network.ts'
import { createPacketFilter } from './packet-filter.ts'
import { createPool } from './pool.ts'
import { createPublishing } from './publishing.ts'
import { reconcileNetwork } from './reconcile.ts'
import { formatResolvConf, readHostResolvConf, readResolver, watchResolvConf } from './resolv-conf.ts'
import { findNetworkStrays } from './strays.ts'

export interface NetworkDeps {
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
  /** The subnets of networks that have their own, as they are on record. */
  readonly subnets?: () => readonly string[]
  /** What people call a sandbox. */
  readonly nameOf?: (id: SandboxId) => string | null
  /** How many connections to elsewhere a sandbox may have; {@link connectionLimit} otherwise. */
  readonly connections?: number
}

export function createNetwork(deps: NetworkDeps): Network {
  const { tag, folder, run, log, poolSize = 2, users = null, subnets = () => [], connections, nameOf } = deps
  const names = namesFor(tag)
  const filter = createPacketFilter(run, names, () => connections ?? connectionLimit())
  const hostPorts = createHostPorts(nameOf)
  const leases = createLeases({ run, names, folder: join(folder, 'netns'), filter, users })
  const bridge = createBridge({ run, folder, names, tag, filter, leases, log, subnets })
  const { prepare } = bridge
  const joining = createJoining({ run, names, filter, prepare })
  const publishing = createPublishing({ run, names, filter, hostPorts, prepare })
  const make = (signal?: AbortSignal) => bridge.makeLease(signal)
  const release = async (lease: Lease) => {
    await leases.release(lease)
    joining.forget(lease.interface)
  }
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
    placeOf: async (lease) => placeIn(await prepare(), lease, filter.networksOf(lease.interface)),
    join: joining.join,
    ...{ checkSubnet: bridge.checkSubnet, addSubnet: bridge.addSubnet, dropSubnet: bridge.dropSubnet },
    ...{ publish: publishing.publish, unpublish: publishing.unpublish },
    release,
    async reconcile(running) {
      publishing.assume(running)
      joining.assume(running)
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

function placeIn(subnet: Subnet, { address }: Lease, networks: readonly Joined[]): GuestPlace {
  const further = networks.flatMap((each) => {
    const range = each.subnet === null ? null : parseSubnet(each.subnet)
    return each.address === null || range === null ? [] : [{ address: each.address, prefixLength: range.prefix }]
  })
  const { address: gateway } = gatewayOf(subnet)
  return { address, prefixLength: subnet.prefix, gateway, mac: macForAddress(address), further }
}
