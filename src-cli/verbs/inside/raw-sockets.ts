import type { CreateRequest } from '../sandboxes/run-spec.ts'

type Grants = NonNullable<CreateRequest['spec']['grants']>

/** Programs that make their packets themselves where they know no other way. */
const packetMakers: ReadonlySet<string> = new Set(['ping', 'ping6', 'arping', 'traceroute', 'tcpdump'])

/** Its name without the folder that it lies in. */
export function programOf(argv: readonly string[]): string {
  return argv[0]?.split('/').at(-1) ?? ''
}

export function makesPackets(argv: readonly string[]): boolean {
  return packetMakers.has(programOf(argv))
}

/**
 * A sentence for after such a program has failed where raw sockets were not granted, with the means to have them; null otherwise.
 * It may have failed for another reason, as a `ping` that nobody answers, so that the sentence only says what may be.
 */
export function describeRawSockets(argv: readonly string[], grants: Grants, means: string): string | null {
  if (!makesPackets(argv)) return null
  if (grants.some((grant) => grant.kind === 'cap' && ['NET_RAW', 'ALL'].includes(grant.name))) return null
  return `joey: "${programOf(argv)}" may need raw sockets, which were not granted. ${means}.`
}
