import type { SandboxSpec } from '#contract/sandbox'
import { formatResolvConf, parseResolvConf } from '../network/resolv-conf.ts'

/**
 * The resolv.conf of a sandbox: this machine's with what was chosen for the sandbox in place of the same. Null where it has
 * no network and nothing was chosen.
 */
export function ownResolver(
  machines: string | null,
  { dnsServers, dnsSearch, dnsOptions }: Pick<SandboxSpec, 'dnsServers' | 'dnsSearch' | 'dnsOptions'>,
): string | null {
  if ([dnsServers, dnsSearch, dnsOptions].every(({ length }) => length === 0)) return machines
  const { nameservers, search, options } = parseResolvConf(machines ?? '')
  return formatResolvConf({
    nameservers: dnsServers.length > 0 ? dnsServers : nameservers,
    search: dnsSearch.length > 0 ? dnsSearch.filter((domain) => domain !== '.') : search,
    options: dnsOptions.length > 0 ? dnsOptions : options,
  })
}
