/** A block of IPv4 addresses. */
export interface Subnet {
  /** The first address, as a number. */
  readonly base: number
  /** Length of the prefix, 0 to 32. */
  readonly prefix: number
}

/** The address as a number, or null where the text is not an IPv4 address. */
export function parseAddress(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return null
  const bytes = match.slice(1).map(Number)
  if (bytes.some((byte) => byte > 255)) return null
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** The inverse of {@link parseAddress}. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
}

/** Reads `10.0.0.0/8` or a single address; null where it is neither (`default`, IPv6). */
export function parseSubnet(text: string): Subnet | null {
  const [addressText = '', prefixText = '32', ...rest] = text.split('/')
  const address = parseAddress(addressText)
  const prefix = Number(prefixText)
  if (address === null || rest.length > 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > 32) return null
  return { base: firstOf(address, prefix), prefix }
}

export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress(subnet.base)}/${subnet.prefix}`
}

export function sizeOf(subnet: Subnet): number {
  return 2 ** (32 - subnet.prefix)
}

/** Whether the two share an address. */
export function overlaps(one: Subnet, other: Subnet): boolean {
  return one.base < other.base + sizeOf(other) && other.base < one.base + sizeOf(one)
}

export function contains(subnet: Subnet, address: number): boolean {
  return address >= subnet.base && address < subnet.base + sizeOf(subnet)
}

function firstOf(address: number, prefix: number): number {
  const size = 2 ** (32 - prefix)
  return Math.floor(address / size) * size
}
