import type { PortProtocol } from '#contract/sandbox'
import { usageError } from '../command/usage-error.ts'
import { parseWhole } from './size.ts'

export interface Publish {
  readonly hostPort: number
  readonly guestPort: number
  readonly protocol?: PortProtocol
}

/**
 * Reads `8080:80`, `127.0.0.1:8080:80/tcp`, `127.0.0.1::80`, `5353:53/udp`, `80` (a free port of the host), and ranges of as many
 * ports on both sides, as in `8000-8009:80-89`.
 */
export function parsePublish(text: string): readonly Publish[] {
  const [address, protocol = 'tcp', ...more] = text.split('/')
  if ((protocol !== 'tcp' && protocol !== 'udp') || more.length > 0) throw usageError('usage-port-protocol', { text })
  const parts = (address ?? '').split(':')
  const guest = parts.pop() ?? ''
  const host = parts.pop() ?? ''
  if (parts.length > 1) throw usageError('usage-port', { text })
  const bind = parts[0]
  if (bind !== undefined && bind !== '127.0.0.1' && bind !== 'localhost') {
    throw usageError('usage-port-address', { text, address: bind })
  }
  const guestPorts = range(text, guest, 1)
  const hostPorts = host === '' ? guestPorts.map(() => 0) : range(text, host, 0)
  if (hostPorts.length !== guestPorts.length) throw usageError('usage-port-ranges', { text })
  return guestPorts.map((guestPort, at) => ({
    hostPort: hostPorts[at] ?? 0,
    guestPort,
    ...(protocol === 'udp' && { protocol }),
  }))
}

/** More are refused by the contract in any case. */
const mostPorts = 1_000

/** The number of the first may be 0 only where it is no range. */
function range(whole: string, text: string, least: number): readonly number[] {
  const [, first, last] = /^([0-9]+)-([0-9]+)$/.exec(text) ?? []
  if (first === undefined || last === undefined) return [port(whole, text, least)]
  const [from, to] = [port(whole, first, 1), port(whole, last, 1)]
  if (to < from || to - from >= mostPorts) throw usageError('usage-port-ranges', { text: whole })
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

function port(whole: string, text: string, least: number): number {
  const number = parseWhole(text)
  if (number === undefined) throw usageError('usage-port', { text: whole, part: text })
  if (number < least || number > 65_535) throw usageError('usage-port-range', { text: whole })
  return number
}
