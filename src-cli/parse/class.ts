import type { IsolationClass, NetworkName } from '#contract/sandbox'
import type { SentenceValues } from '#contract/sentence'
import { isolationClasses, networkName } from '#contract/words'
import { usageError } from '../command/usage-error.ts'

/** Reads the name of an isolation class. */
export function parseClass(where: string, text: string): IsolationClass {
  const known = isolationClasses.find((name) => name === text)
  if (known) return known
  throw usageError('usage-class', { where, text })
}

/** `nat`, `none`, or the name of a network that sandboxes share. */
export function parseNetwork(text: string): { readonly network: 'nat' | 'none'; readonly networkName?: string } {
  if (text === 'nat' || text === 'none') return { network: text }
  return { network: 'nat', networkName: parseNetworkName('--network', text) }
}

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
