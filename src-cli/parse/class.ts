import { IsolationClass, NetworkName } from '#contract/sandbox'
import { usageError } from '../command/usage-error.ts'

/** Reads the name of an isolation class. */
export function parseClass(where: string, text: string): IsolationClass {
  const checked = IsolationClass.safeParse(text)
  if (checked.success) return checked.data
  throw usageError(`${where} ${text}: it is container, gvisor or microvm.`)
}

/** `nat`, `none`, or the name of a network that sandboxes share. */
export function parseNetwork(text: string): { readonly network: 'nat' | 'none'; readonly networkName?: string } {
  if (text === 'nat' || text === 'none') return { network: text }
  return { network: 'nat', networkName: parseNetworkName('--network', text) }
}

/** The name of a network that sandboxes share. Words that mean something else, here or in Docker, are none. */
export function parseNetworkName(where: string, text: string): NetworkName {
  const meant = Object.hasOwn(otherMeanings, text) ? otherMeanings[text] : undefined
  if (meant !== undefined) throw usageError(`${where} ${text}: ${meant}`)
  const checked = NetworkName.safeParse(text)
  if (checked.success) return checked.data
  throw usageError(`${where} ${text}: ${checked.error.issues[0]?.message ?? 'not the name of a network.'}`)
}

const dockers = 'what Docker calls so is nat here. Any other word is the name of a shared network.'
const ways =
  'this is a way out for one sandbox, not a network that several share. It is chosen by "joey run --network".'

const otherMeanings: Readonly<Record<string, string>> = {
  bridge: dockers,
  default: dockers,
  host: "this machine's own network is a grant. Write --grant host-network with joey run, or joey grant SANDBOX host-network.",
  nat: ways,
  none: ways,
}
