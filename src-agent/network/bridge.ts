import type { Run } from '../base/process/run.ts'
import { formatSubnet, parseSubnet, type Subnet } from './ipv4.ts'
import type { Leases } from './leases.ts'
import { changeBridgeSubnet, deleteLinks, ensureBridge, presentLinks } from './links.ts'
import type { NetworkNames } from './names.ts'
import type { Lease, NetworkLog } from './network.ts'
import type { PacketFilter } from './packet-filter.ts'
import { checkSubnet, chooseSubnet } from './subnet-choice.ts'

interface Deps {
  readonly run: Run
  /** The run folder. */
  readonly folder: string
  readonly tag: string
  readonly log: NetworkLog
  /** Those of networks that have their own. */
  readonly subnets: () => readonly string[]
  readonly names: NetworkNames
  readonly filter: PacketFilter
  readonly leases: Leases
}

/** The bridge and the tables of the packet filter, made when they are first needed. */
export function createBridge(deps: Deps) {
  const { run, names, filter, leases, log, subnets } = deps
  let prepared: Promise<Subnet> | null = null
  let touched = false
  const further = () => subnets().flatMap((text) => parseSubnet(text) ?? [])

  const prepare = (): Promise<Subnet> => {
    touched = true
    prepared ??= prepareBridge(deps, further()).catch((error: unknown) => {
      prepared = null
      throw error
    })
    return prepared
  }
  const change = async (verb: 'add' | 'delete', text: string): Promise<void> => {
    await prepare()
    await changeSubnet({ run, names, filter }, verb, text)
  }
  return {
    prepare,
    addSubnet: (subnet: string) => change('add', subnet),
    dropSubnet: (subnet: string) => change('delete', subnet),
    checkSubnet: async (subnet: string) =>
      formatSubnet(await checkSubnet({ run, bridge: names.bridge }, subnet, await prepare())),
    async makeLease(signal?: AbortSignal): Promise<Lease> {
      const mine = prepare()
      try {
        return await leases.make(await mine, signal)
      } catch (error) {
        signal?.throwIfAborted()
        log.warn({ err: error }, 'A network could not be made; the bridge is set up anew')
        // Once for all who met the same failure.
        if (prepared === mine) prepared = null
        return leases.make(await prepare(), signal)
      }
    },
    async repair(): Promise<boolean> {
      if (prepared === null || (await filter.isLoaded())) return false
      await filter.load([await prepared, ...further()])
      log.warn({ table: names.table }, 'The packet filter was gone and has been restored')
      return true
    },
    async close(keep: boolean): Promise<void> {
      await prepared?.catch(() => {})
      prepared = null
      if (keep || !touched) return
      touched = false
      await deleteLinks(run, [...(await presentLinks(run, names)).ports, names.bridge])
      await filter.deleteTables()
    },
  }
}

async function prepareBridge(
  { run, folder, names, tag, filter, leases }: Deps,
  others: readonly Subnet[],
): Promise<Subnet> {
  const [subnet, present] = await Promise.all([
    chooseSubnet(run, { folder, bridge: names.bridge, tag, further: others }),
    presentLinks(run, names),
  ])
  leases.occupy(present.ports)
  // The filter comes first, so that there is no moment in which a sandbox is joined and not guarded.
  await filter.load([subnet, ...others])
  const isJoined = (port: string) => filter.networksOf(port).some(({ isolated }) => !isolated)
  await ensureBridge(run, names, [subnet, ...others], { ...present, isJoined })
  return subnet
}

/** The guards come first and go last. */
async function changeSubnet(
  { run, names, filter }: Pick<Deps, 'run' | 'names' | 'filter'>,
  verb: 'add' | 'delete',
  text: string,
): Promise<void> {
  const subnet = parseSubnet(text)
  if (subnet === null) return
  if (verb === 'add') await filter.addSubnet(subnet)
  await changeBridgeSubnet(run, names, verb, subnet)
  if (verb === 'delete') await filter.dropSubnet(subnet)
}
