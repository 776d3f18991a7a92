import { BlockList, isIP } from 'node:net'
import { hub, isLoopback, splitHost } from '#contract/image-reference'

/** What a registry may be reached by. */
export interface GateRules {
  /** Host, with its port where one is given. */
  readonly registry: string
  /** It may be spoken to without encryption. */
  readonly plain: boolean
  /** Hosts from which it may have layers and tokens fetched, beside its own and their subdomains. */
  readonly allowHosts: readonly string[]
}

export interface Target {
  readonly host: string
  readonly port: number
}

/** What a host outside of this machine must not lead to: this machine, and what answers only its neighbours. */
const inside = new BlockList()
inside.addSubnet('127.0.0.0', 8)
inside.addSubnet('0.0.0.0', 8)
inside.addSubnet('169.254.0.0', 16)
inside.addAddress('::1', 'ipv6')
inside.addAddress('::', 'ipv6')
inside.addSubnet('fe80::', 10, 'ipv6')
inside.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')
inside.addSubnet('::ffff:169.254.0.0', 112, 'ipv6')

const https = 443

/** Where the registry itself is spoken to. */
export function homeOf(registry: string): Target {
  const { host, port } = splitHost(registry)
  return { host: registry === hub.name ? `registry-1.${hub.name}` : host, port: port ?? https }
}

/**
 * Whether an encrypted connection to a host is within what the person asked for: the registry itself, a subdomain of it, or a
 * host that was allowed by name. A registry chooses where it sends the one who fetches, so anything else is the person's choice.
 */
export function allowsHost({ registry, allowHosts }: GateRules, target: Target): boolean {
  const home = homeOf(registry)
  if (target.host === home.host && target.port === home.port) return true
  if (allowHosts.some((each) => isSame(each, target))) return true
  if (isLoopback(registry) || isIP(home.host) !== 0 || target.port !== https) return false
  if (registry !== hub.name) return target.host.endsWith(`.${home.host}`)
  return target.host.endsWith(`.${hub.name}`) || (hub.hosts as readonly string[]).includes(target.host)
}

/** Without encryption only the registry itself, and only where that was chosen. */
export function allowsPlain({ registry, plain }: GateRules, target: Target): boolean {
  const { host, port } = splitHost(registry)
  return plain && target.host === host && target.port === (port ?? 80)
}

/** Whether a host's address is one that only something on this machine or its own network should be reached by. */
export function leadsInside(registry: string, host: string, address: string): boolean {
  const isChosen = host === homeOf(registry).host
  return !isChosen && inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** `HOST:PORT` of a request to a proxy; null where it is none. */
export function readTarget(text: string, otherwise: number): Target | null {
  const found = /^([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(\d{1,5}))?$/.exec(text.toLowerCase())
  const port = Number(found?.[2] ?? otherwise)
  return found && port > 0 && port <= 65_535 ? { host: found[1] ?? '', port } : null
}

export function showTarget({ host, port }: Target): string {
  return port === https ? host : `${host}:${port}`
}

function isSame(allowed: string, target: Target): boolean {
  const { host, port } = splitHost(allowed)
  return host === target.host && (port ?? https) === target.port
}
