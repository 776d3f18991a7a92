import type { IsolationClass, NetworkName, SandboxSpec } from '#contract/sandbox'
import type { SentenceValues } from '#contract/sentence'
import { isolationClasses, networkName } from '#contract/words'
import { usageError } from '../command/usage-error.ts'

/** Reads the name of an isolation class. */
export function parseClass(where: string, text: string): IsolationClass {
  const known = isolationClasses.find((name) => name === text)
  if (known) return known
  throw usageError('usage-class', { where, text })
}

/** `nat`, `none`, or the names of networks that sandboxes share; several of them in one text are separated by commas. */
export function parseNetworks(texts: readonly string[]): Partial<NetworkWishes> & Pick<NetworkWishes, 'network'> {
  const words = texts.flatMap((text) => text.split(','))
  const names = words.filter((word) => word !== 'nat' && word !== 'none')
  if (words.includes('none') && words.length > 1) throw usageError('usage-network-none', {})
  if (names.length === 0) return { network: words.includes('none') ? 'none' : 'nat' }
  const [first, ...others] = [...new Set(names.map((name) => parseNetworkName('--network', name)))]
  return { network: 'nat', networkName: first ?? null, ...(others.length > 0 && { moreNetworks: others }) }
}

type NetworkWishes = Pick<SandboxSpec, 'network' | 'networkName' | 'moreNetworks'>

/** The name of a network that sandboxes share. Words that mean something else, here or in Docker, are none. */
export function parseNetworkName(where: string, text: string): NetworkName {
  const kind = Object.hasOwn(otherMeanings, text) ? otherMeanings[text] : undefined
  if (kind !== undefined) throw usageError('usage-network-word', { where, text, kind })
  if (networkName.pattern.test(text)) return text
  throw usageError('usage-not-valid', { where: `${where} ${text}`, problem: networkName.problem })
}

const otherMeanings: Readonly<Record<string, SentenceValues<'usage-network-word'>[0]['kind']>> = {
  bridge: 'docker',
  default: 'docker',
  host: 'host',
  nat: 'way',
  none: 'way',
}
