import type { PortPublish, SandboxId } from '#contract/sandbox'
import type { Run } from '../base/process/run.ts'
import { refuseForeignPorts } from './foreign-ports.ts'
import { type HostPorts, keyOfPort } from './host-ports.ts'
import type { NetworkNames } from './names.ts'
import type { ReservedPort } from './network.ts'
import type { PacketFilter } from './packet-filter.ts'

interface PublishingDeps {
  readonly run: Run
  readonly names: NetworkNames
  readonly filter: PacketFilter
  readonly hostPorts: HostPorts
  readonly prepare: () => Promise<unknown>
}

/** The ports that sandboxes have published: reserved on the host, and led on by the packet filter. */
export function createPublishing({ run, names, filter, hostPorts, prepare }: PublishingDeps) {
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
