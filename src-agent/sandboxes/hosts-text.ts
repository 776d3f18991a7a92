import { addressOfHost, nameOfHost } from '#contract/sandbox'

/** A sandbox as /etc/hosts has it. */
export interface HostEntry {
  readonly name: string
  /** What it calls itself, where that is not its name. */
  readonly hostname: string
  /** Further names, which it has chosen freely as well. */
  readonly aliases?: readonly string[]
  readonly address: string
}

/** Most resolvers take capitals for small letters. */
const lower = (name: string) => name.toLowerCase()

/** That of musl does not: a name with capitals stands in small letters too, as a program may well ask for it. */
const namings = (name: string): readonly string[] => [...new Set([name, lower(name)])]

/** A hostname as it is, and its first part, as Docker has both: `web.example.org` is also `web`. */
function spellings(hostname: string): readonly string[] {
  const [short = hostname] = hostname.split('.')
  return short === hostname ? [hostname] : [hostname, short]
}

/** Names of the first lines, which nobody else gets. */
const reserved = ['localhost', 'ip6-localhost', 'ip6-loopback']

/**
 * The content of /etc/hosts: the sandbox itself, then the others on its networks, each by name, and by alias and hostname unless
 * somebody else has that for a name: a hostname is chosen freely, and must not draw what is meant for another. `further` are
 * lines that were asked for, as the contract's ExtraHost.
 */
export function renderHosts(
  own: Omit<HostEntry, 'address'> & { readonly address: string | null },
  others: readonly HostEntry[],
  further: readonly string[] = [],
): string {
  const taken = new Set([
    ...reserved,
    lower(own.name),
    ...[...spellings(own.hostname), ...(own.aliases ?? [])].map(lower),
    ...others.map(({ name }) => lower(name)),
  ])
  const namable = others.filter(({ name }) => !reserved.includes(lower(name)))
  const lines = namable.map(({ name, hostname, aliases = [], address }) => {
    const wanted = [...new Set([...aliases, ...spellings(hostname)])]
    const free = wanted.filter((spelling) => !taken.has(lower(spelling)))
    for (const spelling of free) taken.add(lower(spelling))
    return `${address}\t${[...namings(name), ...free].join(' ')}\n`
  })
  const ownNames = [...new Set([...spellings(own.hostname), ...namings(own.name), ...(own.aliases ?? [])])].join(' ')
  const first = `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n`
  // Before the others: what was asked for by name holds.
  const asked = further.map((host) => `${addressOfHost(host)}\t${nameOfHost(host)}\n`)
  return `${first}${own.address ?? '127.0.1.1'}\t${ownNames}\n${asked.join('')}${lines.join('')}`
}
