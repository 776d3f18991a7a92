import { isIPv6 } from 'node:net'

/** What a sandbox's kernel keeps of TCP. */
export interface ConnectionTable {
  /** To elsewhere, as `10.0.0.2:4000 to 1.2.3.4:443`. */
  readonly open: readonly string[]
  /** Whether there has ever been one to elsewhere, as far as can be known. */
  readonly hasBeenUsed: boolean
  /** Changes with every segment that comes or goes. */
  readonly activity: string
}

/** Neither listening nor closed. */
const idleStates = new Set(['0A', '07'])
const row = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /gm

/** Reads what `joey-inside --connections` prints: /proc/net/tcp, tcp6, snmp and dev, one after the other. */
export function parseConnections(text: string): ConnectionTable {
  const open = [...text.matchAll(row)].flatMap(
    ([, local = '', localPort = '', remote = '', remotePort = '', state = '']) => {
      const [here, there] = [readAddress(local), readAddress(remote)]
      if (idleStates.has(state) || isLoopback(here)) return []
      return [
        `${showEnd(here, localPort)} to ${/^0+$/.test(remote) ? 'an address that does not answer yet' : showEnd(there, remotePort)}`,
      ]
    },
  )
  const tcp = [...text.matchAll(/^Tcp: (.*)$/gm)].map(([, words = '']) => words.split(' '))
  const counters = new Map(tcp[0]?.map((name, index) => [name, Number(tcp[1]?.[index] ?? 0)]))
  const count = (name: string): number => counters.get(name) ?? 0
  // What cannot be read may have been.
  const opened = counters.size === 0 || count('ActiveOpens') + count('PassiveOpens') > 0
  return {
    open,
    hasBeenUsed: opened && hasTraffic(text),
    activity: `${count('InSegs')} ${count('OutSegs')} ${count('ActiveOpens')} ${count('PassiveOpens')}`,
  }
}

/** Whether anything has gone over an interface besides loopback. */
function hasTraffic(text: string): boolean {
  const interfaces = [...text.matchAll(/^\s*([^\s:]+): +(\d+ .*)$/gm)].filter(([, name]) => !/^\d+$/.test(name ?? ''))
  return interfaces.some(([, name, words = '']) => {
    const numbers = words.trim().split(/\s+/).map(Number)
    return numbers.length === 16 && name !== 'lo' && ((numbers[1] ?? 0) > 0 || (numbers[9] ?? 0) > 0)
  })
}

/** The kernel writes each 32-bit word of an address in the order of bytes of this machine, which is the small end first. */
function readAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.subarray(at, at + 4).reverse()
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff
  if (isMapped) return bytes.subarray(12).join('.')
  return Array.from({ length: 8 }, (_none, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':')
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '0:0:0:0:0:0:0:1'
}

function showEnd(address: string, port: string): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${Number.parseInt(port, 16)}`
}
