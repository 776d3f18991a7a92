import { formatAddress, parseAddress, type Subnet, sizeOf } from './ipv4.ts'

/**
 * Everything of one state folder's network that is the same for all its sandboxes. All names carry the tag, so
 * several state folders live side by side on one host.
 */
export interface NetworkNames {
  readonly bridge: string
  /** Start of the names of all interfaces that lead into sandboxes. */
  readonly linkPrefix: string
  /** Of the two tables, one of family `inet`, one of family `bridge`. */
  readonly table: string
}

export function namesFor(tag: string): NetworkNames {
  if (!/^[0-9a-f]{6}$/.test(tag)) throw new TypeError(`Not a tag of six hexadecimal digits: ${tag}`)
  return { bridge: `jy${tag}`, linkPrefix: `jy${tag}x`, table: `joey_${tag}` }
}

/** One place in the subnet. Interface, address and hardware address follow from its number, and the other way round. */
export interface Slot {
  readonly number: number
  readonly interface: string
  readonly address: string
  readonly mac: string
}

/** The host's address on the bridge is the first of the subnet. */
export function gatewayOf(subnet: Subnet): Slot {
  return { number: 1, interface: '', address: formatAddress(subnet.base + 1), mac: macOf(subnet.base + 1) }
}

/** How many sandboxes fit: all addresses but the network's, the gateway's and the broadcast's. */
export function slotCount(subnet: Subnet): number {
  return sizeOf(subnet) - 3
}

export const firstSlot = 2

export function slotOf(names: NetworkNames, subnet: Subnet, number: number): Slot {
  const address = subnet.base + number
  return {
    number,
    interface: `${names.linkPrefix}${number.toString(16)}`,
    address: formatAddress(address),
    mac: macOf(address),
  }
}

/** The slot that an interface belongs to; null for interfaces of others. */
export function slotNumberOf(names: NetworkNames, interfaceName: string): number | null {
  if (!interfaceName.startsWith(names.linkPrefix)) return null
  const digits = interfaceName.slice(names.linkPrefix.length)
  return /^[0-9a-f]{1,5}$/.test(digits) ? Number.parseInt(digits, 16) : null
}

/** The hardware address that goes with an IPv4 address, from the range for local use. */
export function macForAddress(address: string): string {
  const number = parseAddress(address)
  if (number === null) throw new TypeError(`Not an IPv4 address: ${address}`)
  return macOf(number)
}

function macOf(address: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255)
  return [0x02, 0x4a, ...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
