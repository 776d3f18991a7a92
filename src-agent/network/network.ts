import type { Finding } from '#contract/agent'
import type { PortProtocol, PortPublish, SandboxId } from '#contract/sandbox'
import type { Sentence } from '#contract/sentence'

/** What a guest with a network stack of its own must know of its place on the bridge. */
export interface GuestPlace {
  readonly address: string
  readonly prefixLength: number
  readonly gateway: string
  readonly mac: string
  /** Those in the subnets of its networks. */
  readonly further: readonly { readonly address: string; readonly prefixLength: number }[]
}

/** A network namespace that is ready to use, with its place on the bridge. */
export interface Lease {
  readonly netnsPath: string
  readonly address: string
  readonly interface: string
  /** The user namespace to which it belongs, kept at `path`; null: this machine's own. */
  readonly users: { readonly path: string; readonly first: number } | null
}

export interface ReservedPort {
  readonly hostPort: number
  readonly guestPort: number
  readonly protocol?: PortProtocol
}

/** A sandbox on a network. */
export interface Joined {
  readonly name: string
  /** It is out of reach for the others on it. */
  readonly isolated: boolean
  /** It leads nowhere out. One that is on such networks alone opens no connections to elsewhere. */
  readonly internal: boolean
  /** Of the network itself; null: it has none, and the sandbox is reached by the address that it has anyway. */
  readonly subnet: string | null
  /** In that subnet. Of a wish null: any that is free. Else null where it has got none there. */
  readonly address: string | null
}

/** What the records say of a sandbox that runs. */
export interface RunningNetwork {
  readonly id: SandboxId
  readonly address: string
  readonly interface: string
  /** The networks that it shares with others. */
  readonly networks: readonly Joined[]
  readonly ports: readonly ReservedPort[]
}

/** Something of this state folder's network that belongs to no sandbox. */
export interface NetworkStray {
  readonly kind: 'interface' | 'namespace' | 'table'
  readonly what: string
  readonly remove: () => Promise<void>
}

/** Networks of the sandboxes of one state folder. Every method is safe to repeat. */
export interface Network {
  /** Bridge, forwarding, packet filter. Called by `take` and `publish` too. */
  prepare(signal: AbortSignal): Promise<void>
  /**
   * A network namespace with eth0, address, default route and loopback up, ready to use.
   * Comes from a small pool that is filled again in the background.
   */
  take(signal: AbortSignal): Promise<Lease>
  /** The only addresses with which a frame from there passes. */
  placeOf(lease: Lease): Promise<GuestPlace>
  /**
   * Puts it on these networks, in place of those it was on. Whoever is on one network reaches the others on it, both ways, from
   * the next packet on; whoever leaves is cut off at once, open connections too. `netns` is where its addresses are put;
   * null where that cannot be changed any more: then it keeps those it has, and is reached by its first one on other networks.
   */
  join(
    lease: Pick<Lease, 'interface' | 'address'>,
    wishes: readonly Joined[],
    netns: string | null,
  ): Promise<readonly Joined[]>
  /**
   * The subnet of a network that is to be made, as it is written. Refuses one that something else has, before anything is changed.
   */
  checkSubnet(subnet: string): Promise<string>
  /** Gives the bridge a place in a subnet, or takes it back. It is on record before, or after. */
  addSubnet(subnet: string): Promise<void>
  dropSubnet(subnet: string): Promise<void>
  /**
   * Publishes ports on the host's loopback, all or none, in place of what the sandbox had published before.
   * `hostPort` 0 picks a free one; one in use is a `conflict`.
   */
  publish(id: SandboxId, address: string, ports: readonly PortPublish[]): Promise<ReservedPort[]>
  unpublish(id: SandboxId): Promise<void>
  /** Gives back what belongs to a stopped sandbox. MUST follow `unpublish`, or the ports lead to whom the address is given next. */
  release(lease: Lease): Promise<void>
  /**
   * MUST be called once at the agent's start, before `take`. Keeps interfaces and ports of the given sandboxes, removes
   * every other leftover of this state folder, restores what somebody else took away. Returns sentences for people.
   */
  reconcile(running: readonly RunningNetwork[]): Promise<readonly Sentence[]>
  /** Content of /etc/resolv.conf for sandboxes. */
  resolvConf(): Promise<string>
  /** The host's own, for those that were granted its network; null where it has none. */
  hostResolvConf(): Promise<string | null>
  /** Calls the listener when that content changes. Returns its own undo. */
  watchResolvConf(listener: (content: string) => void): () => void
  /** What on this host keeps sandboxes from the network. */
  examine(): Promise<readonly Finding[]>
  /**
   * What bears this state folder's tag and that neither one of the given leases nor one of the agent's own explains. Rejects where the
   * tools are missing.
   */
  findStrays(leases: readonly Lease[]): Promise<readonly NetworkStray[]>
  /** Restores the packet filter where somebody flushed it; true where that was so. */
  repair(): Promise<boolean>
  /** Gives up the pool. Without `keep`, bridge and packet filter go as well; use it when no sandbox runs. */
  close(options: { readonly keep: boolean }): Promise<void>
}

/** The part of a pino logger that is used here. */
export interface NetworkLog {
  warn(fields: object, message: string): void
}
