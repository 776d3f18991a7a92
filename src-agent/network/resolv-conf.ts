import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'

/** The host's own, and the one in which systemd-resolved names the servers behind its stub on loopback. */
export const resolverFiles = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const

/** glibc reads no more than three. */
const maxServers = 3
const pollMs = 5_000

/** What matters of a resolv.conf. */
export interface Resolver {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly options: readonly string[]
}

export function parseResolvConf(text: string): Resolver {
  const nameservers: string[] = []
  let search: readonly string[] = []
  let options: readonly string[] = []
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver' && values[0] !== undefined) nameservers.push(values[0])
    // The last line of its kind wins, as in glibc.
    else if (keyword === 'search' || keyword === 'domain') search = values.filter((domain) => domain !== '.')
    else if (keyword === 'options') options = [...options, ...values]
  }
  return { nameservers, search, options }
}

/**
 * What sandboxes can use of it: servers that are neither on the host's loopback, which they do not reach, nor IPv6,
 * which they do not have. `trust-ad` is dropped: it would vouch for a path that we do not know.
 */
export function usableInSandbox(resolver: Resolver): Resolver {
  return {
    nameservers: resolver.nameservers
      .filter((server) => isIPv4(server) && !server.startsWith('127.'))
      .slice(0, maxServers),
    search: resolver.search,
    options: resolver.options.filter((option) => option !== 'trust-ad' && !option.startsWith('inet6')),
  }
}

/** Picks the first file that names a usable server; search domains are the host's own. */
export function chooseResolver(texts: readonly (string | null)[]): Resolver {
  const resolvers = texts.filter((text) => text !== null).map((text) => usableInSandbox(parseResolvConf(text)))
  const chosen = resolvers.find((resolver) => resolver.nameservers.length > 0)
  const first = resolvers[0]
  return {
    nameservers: chosen?.nameservers ?? [],
    search: first !== undefined && first.search.length > 0 ? first.search : (chosen?.search ?? []),
    options: chosen?.options ?? [],
  }
}

export function formatResolvConf(resolver: Resolver): string {
  const lines = [
    resolver.nameservers.length === 0 ? '# The host has no name server that sandboxes can reach.' : '',
    ...resolver.nameservers.map((server) => `nameserver ${server}`),
    resolver.search.length > 0 ? `search ${resolver.search.join(' ')}` : '',
    resolver.options.length > 0 ? `options ${resolver.options.join(' ')}` : '',
  ]
  return `${lines.filter((line) => line !== '').join('\n')}\n`
}

export async function readResolver(files: readonly string[] = resolverFiles): Promise<Resolver> {
  return chooseResolver(await Promise.all(files.map(readIfThere)))
}

/** The host's own file as it is: on the host's network its servers on loopback can be reached. */
export function readHostResolvConf(): Promise<string | null> {
  return readIfThere(resolverFiles[0])
}

/** All name servers of the host, usable in sandboxes or not. */
export async function readNameservers(files: readonly string[] = resolverFiles): Promise<string[]> {
  const texts = await Promise.all(files.map(readIfThere))
  return texts.flatMap((text) => (text === null ? [] : parseResolvConf(text).nameservers))
}

/** Calls the listener with the new content when the host's resolver changed. Returns its own undo. */
export function watchResolvConf(
  listener: (content: string) => void,
  files: readonly string[] = resolverFiles,
  intervalMs = pollMs,
): () => void {
  let last: string | null = null
  const check = async (): Promise<void> => {
    const content = formatResolvConf(await readResolver(files))
    if (last !== null && content !== last) listener(content)
    last = content
  }
  const onChange = (): void => void check()
  void check()
  // Polled, because network managers replace the file or the link to it, and a watch of inodes misses both.
  for (const file of files) watchFile(file, { interval: intervalMs, persistent: false }, onChange)
  return () => {
    for (const file of files) unwatchFile(file, onChange)
  }
}

async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null)
}
