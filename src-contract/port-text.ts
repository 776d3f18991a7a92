import type { PortProtocol } from './sandbox.ts'

/** As people write a port: `80`, and `53/udp` where it is not TCP. */
export function portText(port: number | string, protocol: PortProtocol): string {
  return protocol === undefined ? String(port) : `${port}/${protocol}`
}
