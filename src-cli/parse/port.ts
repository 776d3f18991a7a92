import type { PortProtocol } from '#contract/sandbox'
import { usageError } from '../command/usage-error.ts'
import { parseWhole } from './size.ts'

export interface Publish {
  readonly hostPort: number
  readonly guestPort: number
  readonly protocol?: PortProtocol
}

/** Reads `8080:80`, `127.0.0.1:8080:80/tcp`, `127.0.0.1::80`, `5353:53/udp` or `80` (a free port of the host). */
export function parsePublish(text: string): Publish {
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
  const ports = { hostPort: host === '' ? 0 : port(text, host, 0), guestPort: port(text, guest, 1) }
  return protocol === 'udp' ? { ...ports, protocol } : ports
}

function port(whole: string, text: string, least: number): number {
  const number = parseWhole(text)
  if (number === undefined) throw usageError('usage-port', { text: whole, part: text })
  if (number < least || number > 65_535) throw usageError('usage-port-range', { text: whole })
  return number
}
