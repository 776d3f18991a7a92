import { appError } from '#contract/app-error'
import { networksOf, onNetworks } from '#contract/networks-of'
import { defineHandlers } from '../base/handlers.ts'
import type { Networks } from '../sandboxes/networks.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'

export interface NetworkHandlerDeps {
  readonly networks: Networks
  readonly sandboxes: Pick<SandboxService, 'setNetworks'>
}

/** What is asked about networks. */
export function networkHandlers({ networks, sandboxes }: NetworkHandlerDeps) {
  return defineHandlers({
    setNetwork: ({ ref, networkName }) =>
      sandboxes.setNetworks(ref, () => ({
        ...onNetworks(networkName === null ? [] : [networkName]),
        fixedAddresses: [],
      })),
    createNetwork: (wish) => networks.create(wish),
    listNetworks: async () => networks.list(),
    inspectNetwork: async ({ name }) => networks.find(name),
    removeNetwork: async ({ name }) => {
      await networks.remove(name)
      return { name }
    },
    pruneNetworks: async ({ dryRun }) => ({ removed: await networks.prune(dryRun) }),
    connectNetwork: ({ name, ref, aliases, address }) =>
      sandboxes.setNetworks(ref, ({ spec }) => ({
        ...onNetworks([...networksOf(spec), name]),
        networkAliases: [...new Set([...spec.networkAliases, ...aliases])],
        fixedAddresses: [...new Set([...spec.fixedAddresses, ...(address === undefined ? [] : [address])])],
      })),
    disconnectNetwork: ({ name, ref }) =>
      sandboxes.setNetworks(ref, ({ name: sandbox, spec }) => {
        const left = networksOf(spec).filter((each) => each !== name)
        if (left.length === networksOf(spec).length) throw appError('not-on-network', { name: sandbox, network: name })
        return { ...onNetworks(left), fixedAddresses: networks.addressesOutside(name, spec.fixedAddresses) }
      }),
  })
}
