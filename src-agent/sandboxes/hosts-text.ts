/** A sandbox as /etc/hosts has it. */
export interface HostEntry {
  readonly name: string
  /** What it calls itself, where that is not its name. */
  readonly hostname: string
  readonly address: string
}

/** Names of the first lines, which nobody else gets. */
const reserved = ['localhost', 'ip6-localhost', 'ip6-loopback']

/**
 * The content of /etc/hosts: the sandbox itself, then the others on its network, each by name, and by hostname unless
 * somebody else has that for a name: a hostname is chosen freely, and must not draw what is meant for another.
 */
export function renderHosts(
  own: Omit<HostEntry, 'address'> & { readonly address: string | null },
  others: readonly HostEntry[],
): string {
  const taken = new Set([...reserved, own.name, own.hostname, ...others.map(({ name }) => name)])
  const namable = others.filter(({ name }) => !reserved.includes(name))
  const lines = namable.map(({ name, hostname, address }) => {
    const isFree = !taken.has(hostname)
    taken.add(hostname)
    return `${address}\t${isFree ? `${name} ${hostname}` : name}\n`
  })
  const ownNames = own.name === own.hostname ? own.name : `${own.hostname} ${own.name}`
  const first = `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n`
  return `${first}${own.address ?? '127.0.1.1'}\t${ownNames}\n${lines.join('')}`
}
