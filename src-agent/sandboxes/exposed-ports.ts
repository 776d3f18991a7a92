import type { PortPublish, SandboxSpec } from '#contract/sandbox'

/**
 * A specification that also publishes what an image declares (`80`, `53/udp`, `8000-8003/tcp`), each on a free port, but what it
 * publishes already. What is no port there is passed over: an image may say anything.
 */
export function withExposedPorts(spec: SandboxSpec, declared: readonly string[]): SandboxSpec {
  const keyOf = ({ guestPort, protocol }: Pick<PortPublish, 'guestPort' | 'protocol'>) =>
    `${guestPort}/${protocol ?? 'tcp'}`
  const present = new Set(spec.ports.map(keyOf))
  const wanted = new Map(declared.flatMap(readPorts).map((port) => [keyOf(port), port]))
  return { ...spec, ports: [...spec.ports, ...[...wanted].flatMap(([key, port]) => (present.has(key) ? [] : [port]))] }
}

/** As many as a specification can have: a range of an image must not ask for thousands. */
const most = 64

function readPorts(text: string): PortPublish[] {
  const [, first, last = first, protocol = 'tcp'] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:\/(tcp|udp))?$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last)]
  if (!(from >= 1 && to >= from && to <= 65_535)) return []
  return Array.from({ length: Math.min(to - from + 1, most) }, (_, at) => ({
    hostPort: 0,
    guestPort: from + at,
    ...(protocol === 'udp' && { protocol: 'udp' as const }),
  }))
}
