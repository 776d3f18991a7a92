import type { BigIntStats } from 'node:fs'
import { isWithin } from '../kernel/mountinfo.ts'

export interface LinkFacts {
  /** The link itself. */
  readonly at: string
  readonly folder: Pick<BigIntStats, 'uid' | 'mode'>
  readonly link: Pick<BigIntStats, 'uid'>
}

const othersMayWrite = 0o002n

/**
 * Why a link is not followed; null where it is. It has to be of root, of the agent's account, or of whom its folder belongs
 * to, and to lie where neither everybody nor a sandbox may put one in its place.
 */
export function findUntrustedLink(
  { at, folder, link }: LinkFacts,
  untrusted: readonly string[],
  own = BigInt(process.getuid?.() ?? 0),
): 'sandbox' | 'owner' | 'everybody' | null {
  if (untrusted.some((each) => isWithin(at, each))) return 'sandbox'
  if ((folder.mode & othersMayWrite) !== 0n) return 'everybody'
  return [0n, own, folder.uid].includes(link.uid) ? null : 'owner'
}
