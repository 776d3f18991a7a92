import type { PortProtocol } from '#contract/sandbox'
import { formatSubnet, type Subnet } from './ipv4.ts'
import { macForAddress, type NetworkNames } from './names.ts'

/** Who may send what from which interface. */
export interface Sender {
  readonly interface: string
  readonly address: string
}

/** What a sender has beside its own address because of the networks that it is on. */
export interface SenderOnNetworks extends Sender {
  readonly further: readonly string[]
  /** It opens no connections to elsewhere. */
  readonly inside: boolean
}

/** Interfaces on networks. A number, from 1 to 65535, stands for networks in the marks of frames. */
export interface MemberElements {
  /** By which number what an interface sends is marked. */
  readonly from: ReadonlyMap<string, number>
  /** Which marks an interface takes. */
  readonly to: readonly (readonly [interfaceName: string, number: number])[]
}

export interface PublishedPort {
  readonly hostPort: number
  readonly address: string
  readonly guestPort: number
  readonly protocol?: PortProtocol
}

/** Where the kernel looks up which port leads where. */
export const publishedMaps = [
  { map: 'published', protocol: undefined },
  { map: 'published_udp', protocol: 'udp' },
] as const

/** Everything that the packet filter knows of the sandboxes of this state folder. */
export interface FilterState {
  readonly senders: Iterable<SenderOnNetworks>
  readonly members: MemberElements
  readonly published: Iterable<PublishedPort>
  /** How many connections to elsewhere each address may have at a time. */
  readonly connections: number
}

/** The upper half of the marks of frames between sandboxes on one network; the lower half is the network. */
const markBase = 0x6a790000
const markMask = 0xffff0000

/** Removes both tables; the leading `add` lets it succeed where they are absent. */
export function deleteTables(names: NetworkNames): string {
  return ['bridge', 'inet']
    .map((family) => `table ${family} ${names.table}\ndelete table ${family} ${names.table}\n`)
    .join('')
}

/** Both tables, whole. Loading it replaces what was there in one transaction: no packet sees half a filter. */
export function renderRuleset(names: NetworkNames, subnets: readonly Subnet[], state: FilterState): string {
  return `${deleteTables(names)}${bridgeTable(names, state)}${inetTable(names, subnets.map(formatSubnet), state)}`
}

/**
 * Guards each port of the bridge. A sandbox may have CAP_NET_RAW and so forge any frame. The hardware address that a
 * frame comes from is checked first, whatever the frame carries: only that of the very port passes, for it is what
 * siblings' traffic could be drawn by. Then only frames with the IP address that was given to that port pass, in IP as
 * in ARP. Everything else, IPv6 and its neighbour discovery too, is dropped.
 *
 * From sandbox to sandbox a frame passes where both are on one network: it is marked with the networks of where it came
 * from, and must find that mark at where it goes. Joining is thus a few elements, however many are there.
 * ARP goes the same way. The mark ends with the frame: an interface in another network namespace does not keep it.
 */
function bridgeTable(names: NetworkNames, state: FilterState): string {
  const senders = [...state.senders]
  const { from, to } = state.members
  return `table bridge ${names.table} {
  set ports {
    type ifname . ether_addr
    ${elements(senders.map(portElement))}
  }
  set senders {
    type ifname . ether_addr . ipv4_addr
    ${elements(senders.flatMap((sender) => [sender.address, ...sender.further].map((address) => senderElement(sender, address))))}
  }
  map networks {
    type ifname : mark
    ${elements([...from].map(networkElement))}
  }
  set members {
    type ifname . mark
    ${elements(to.map(memberElement))}
  }
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    iifname "${names.linkPrefix}*" jump guard
  }
  chain guard {
    iifname . ether saddr != @ports counter drop
    ether type ip iifname . ether saddr . ip saddr @senders accept
    ether type arp iifname . arp saddr ether . arp saddr ip @senders accept
    counter drop
  }
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${names.linkPrefix}*" oifname "${names.linkPrefix}*" jump between
  }
  chain between {
    meta mark set 0
    meta mark set iifname map @networks
    oifname . meta mark @members accept
    counter drop
  }
}
`
}

/**
 * Guards the host and the outside.
 * - `martians`: the bridge has route_localnet, which publishing on loopback needs; without this chain a sandbox could
 *   then send to 127.0.0.1 of the host (CVE-2020-8558). Link-local addresses hold the metadata services of clouds;
 *   one cloud has its at 100.100.100.200.
 * - `input`: no service of the host is reachable, on whichever of its addresses; answers to the host's own connections are.
 * - `forward`: nothing from outside that was not requested, and nothing between sandboxes by way of the gateway. Where
 *   br_netfilter is on (Docker turns it on), what the bridge itself forwards comes by here as well: it has the mark of
 *   the chain `between`, which ran before and has decided on it.
 *   A sandbox opens no more connections than its share, or it could fill the table in which the kernel follows those of the whole machine.
 *   One whose networks have no way out opens none; by its direction, so that also what it had opened before it came there ends.
 * - `publish`: published ports exist on the host's loopback only.
 */
function inetTable(names: NetworkNames, subnets: readonly string[], state: FilterState): string {
  const { bridge } = names
  return `table inet ${names.table} {${inetSets(subnets, state)}
  chain martians {
    type filter hook prerouting priority -300; policy accept;
    iifname != "${bridge}" accept
    meta nfproto ipv6 counter drop
    ip saddr != @subnets counter drop
    ip daddr 127.0.0.0/8 counter drop
    ip daddr 169.254.0.0/16 counter drop
    ip daddr 100.100.100.200 counter drop
  }
  chain input {
    type filter hook input priority -10; policy accept;
    iifname != "${bridge}" accept
    ct state established,related accept
    counter drop
  }
  chain forward {
    type filter hook forward priority -10; policy accept;
    iifname "${bridge}" oifname "${bridge}" meta mark & ${hex(markMask)} == ${hex(markBase)} accept
    iifname "${bridge}" oifname "${bridge}" counter drop
    iifname "${bridge}" tcp flags syn tcp option maxseg size set rt mtu
    oifname "${bridge}" tcp flags syn tcp option maxseg size set rt mtu
    iifname "${bridge}" ct state invalid counter drop
    iifname "${bridge}" ct direction original ip saddr @inside counter drop
    iifname "${bridge}" ct state new jump opening
    oifname "${bridge}" ct state established,related accept
    oifname "${bridge}" counter drop
  }
  chain opening {
    add @flows { ip saddr ct count over ${state.connections} } counter drop
  }
  chain publish {
    type nat hook output priority -100; policy accept;
    ip daddr 127.0.0.1 dnat ip to tcp dport map @published
    ip daddr 127.0.0.1 dnat ip to udp dport map @published_udp
  }
  chain leaving {
    type nat hook postrouting priority 100; policy accept;
    oifname "${bridge}" ip saddr 127.0.0.0/8 masquerade
    ip saddr @subnets oifname != "${bridge}" masquerade
  }
}
`
}

/** What the chains of the table `inet` look up. */
function inetSets(subnets: readonly string[], state: FilterState): string {
  const published = [...state.published]
  const inside = [...state.senders].filter((sender) => sender.inside)
  return `
  set subnets {
    type ipv4_addr
    flags interval
    ${elements(subnets)}
  }
  set inside {
    type ipv4_addr
    ${elements(inside.flatMap(({ address, further }) => [address, ...further]))}
  }
  map published {
    type inet_service : ipv4_addr . inet_service
    ${elements(published.filter(({ protocol }) => protocol === undefined).map(publishedElement))}
  }
  map published_udp {
    type inet_service : ipv4_addr . inet_service
    ${elements(published.filter(({ protocol }) => protocol === 'udp').map(publishedElement))}
  }
  set flows {
    type ipv4_addr
    size 65536
    flags dynamic
  }`
}

export function addSender(names: NetworkNames, sender: SenderOnNetworks): string {
  return (
    `add element bridge ${names.table} ports { ${portElement(sender)} }\n` +
    `add element bridge ${names.table} senders { ${senderElement(sender, sender.address)} }\n` +
    changeFurther(names, 'add', sender)
  )
}

export function deleteSender(names: NetworkNames, sender: SenderOnNetworks): string {
  return (
    `delete element bridge ${names.table} ports { ${portElement(sender)} }\n` +
    `delete element bridge ${names.table} senders { ${senderElement(sender, sender.address)} }\n` +
    changeFurther(names, 'delete', sender)
  )
}

/** What a sender has because of its networks, in place of what it had: in one transaction with {@link moveMember}. */
export function changeSender(names: NetworkNames, from: SenderOnNetworks, to: SenderOnNetworks): string {
  return changeFurther(names, 'delete', from) + changeFurther(names, 'add', to)
}

function changeFurther({ table }: NetworkNames, verb: 'add' | 'delete', sender: SenderOnNetworks): string {
  const own = sender.further.map((address) => senderElement(sender, address))
  const inside = sender.inside ? [sender.address, ...sender.further] : []
  return (
    (own.length === 0 ? '' : `${verb} element bridge ${table} senders { ${own.join(', ')} }\n`) +
    (inside.length === 0 ? '' : `${verb} element inet ${table} inside { ${inside.join(', ')} }\n`)
  )
}

export function changeSubnet({ table }: NetworkNames, verb: 'add' | 'delete', subnet: Subnet): string {
  return `${verb} element inet ${table} subnets { ${formatSubnet(subnet)} }\n`
}

/** In one transaction, so that nobody on the way from one network to another is on both. */
export function moveMember({ table }: NetworkNames, from: MemberElements, to: MemberElements): string {
  const change = (verb: string, set: string, list: readonly string[]) =>
    list.length === 0 ? '' : `${verb} element bridge ${table} ${set} { ${list.join(', ')} }\n`
  return (
    change(
      'delete',
      'networks',
      [...from.from.keys()].map((name) => `"${name}"`),
    ) +
    change('delete', 'members', from.to.map(memberElement)) +
    change('add', 'networks', [...to.from].map(networkElement)) +
    change('add', 'members', to.to.map(memberElement))
  )
}

export function addPublished(names: NetworkNames, ports: readonly PublishedPort[]): string {
  return changePublished('add', names, ports, publishedElement)
}

export function deletePublished(names: NetworkNames, ports: readonly PublishedPort[]): string {
  return changePublished('delete', names, ports, ({ hostPort }) => String(hostPort))
}

function changePublished(
  verb: 'add' | 'delete',
  { table }: NetworkNames,
  ports: readonly PublishedPort[],
  elementOf: (port: PublishedPort) => string,
): string {
  return publishedMaps
    .map(({ map, protocol }) => {
      const own = ports.filter((port) => port.protocol === protocol)
      return own.length === 0 ? '' : `${verb} element inet ${table} ${map} { ${own.map(elementOf).join(', ')} }\n`
    })
    .join('')
}

function portElement(sender: Sender): string {
  return `"${sender.interface}" . ${macForAddress(sender.address)}`
}

function senderElement(sender: Sender, address: string): string {
  return `${portElement(sender)} . ${address}`
}

function networkElement([interfaceName, number]: readonly [string, number]): string {
  return `"${interfaceName}" : ${hex(markBase + number)}`
}

function memberElement([interfaceName, number]: readonly [string, number]): string {
  return `"${interfaceName}" . ${hex(markBase + number)}`
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}

function publishedElement(port: PublishedPort): string {
  return `${port.hostPort} : ${port.address} . ${port.guestPort}`
}

function elements(list: readonly string[]): string {
  return list.length === 0 ? '' : `elements = { ${list.join(', ')} }`
}
