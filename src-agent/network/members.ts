import { appError } from '#contract/app-error'
import type { Member } from './ruleset.ts'

/** Which interface is on which network, and the number that stands for the network's name in the packet filter. */
export interface Members {
  /** Null where it is on none. */
  nameOf(interfaceName: string): string | null
  /** Notes the change, and returns what it is for the packet filter. Absent: it was, or is, on none. */
  put(
    interfaceName: string,
    networkName: string | null,
  ): { readonly from: Member | undefined; readonly to: Member | undefined }
  all(): Member[]
  clear(): void
}

const maxNetworks = 0xffff

/** Numbers are given again when the last interface has left: they mean something only while the filter is loaded. */
export function createMembers(): Members {
  const names = new Map<string, string>()
  const networks = new Map<string, { readonly number: number; size: number }>()

  const freeNumber = (): number => {
    const taken = new Set([...networks.values()].map(({ number }) => number))
    for (let number = 1; number <= maxNetworks; number += 1) if (!taken.has(number)) return number
    throw appError('too-many-networks', { limit: maxNetworks })
  }
  const memberOf = (interfaceName: string): Member | undefined => {
    const name = names.get(interfaceName)
    const network = name === undefined ? undefined : networks.get(name)
    return network && { interface: interfaceName, network: network.number }
  }
  const leave = (interfaceName: string): void => {
    const name = names.get(interfaceName)
    names.delete(interfaceName)
    const network = name === undefined ? undefined : networks.get(name)
    if (name === undefined || network === undefined) return
    network.size -= 1
    if (network.size === 0) networks.delete(name)
  }
  return {
    nameOf: (interfaceName) => names.get(interfaceName) ?? null,
    put(interfaceName, networkName) {
      const from = memberOf(interfaceName)
      leave(interfaceName)
      if (networkName !== null) {
        const network = networks.get(networkName) ?? { number: freeNumber(), size: 0 }
        network.size += 1
        networks.set(networkName, network)
        names.set(interfaceName, networkName)
      }
      return { from, to: memberOf(interfaceName) }
    },
    all: () => [...names.keys()].flatMap((name) => memberOf(name) ?? []),
    clear() {
      names.clear()
      networks.clear()
    },
  }
}
