import type { JoeyFunction } from '#contract/function'

/** What an address names. */
export interface Target {
  readonly name: string
  /** Null: by the shares. */
  readonly tag: string | null
  /** What the function is asked for. */
  readonly path: string
}

const byHost = /^(?:([a-z](?:[a-z0-9]|-(?=[a-z0-9]))*)--)?([a-z](?:[a-z0-9]|-(?=[a-z0-9]))*)\.localhost$/
const ownHosts = ['localhost', '127.0.0.1', '[::1]']
const byPath = /^\/fn\/([a-z][a-z0-9-]*)(?:@([a-z][a-z0-9-]*))?(\/.*|\?.*)?$/s

/**
 * `[TAG--]NAME.localhost` as the host, or `/fn/NAME[@TAG]/...` on this machine's loopback. Every other host is refused: a page of
 * somebody else could give a name of theirs the address 127.0.0.1, and read what functions answer.
 */
export function findTarget(host: string | undefined, url: string): Target | 'noHost' | 'noPath' {
  const name = (host ?? '').toLowerCase().replace(/:\d{1,5}$/, '')
  const ofHost = byHost.exec(name)
  if (ofHost) return { name: ofHost[2] ?? '', tag: ofHost[1] ?? null, path: url }
  if (!ownHosts.includes(name)) return 'noHost'
  const ofPath = byPath.exec(url)
  if (!ofPath) return 'noPath'
  const rest = ofPath[3] ?? '/'
  return { name: ofPath[1] ?? '', tag: ofPath[2] ?? null, path: rest.startsWith('?') ? `/${rest}` : rest }
}

/** The revision that takes a call; null: no such tag. `chance` is from 0 up to 1. */
export function chooseRevision({ traffic }: JoeyFunction, tag: string | null, chance: number): number | null {
  if (tag !== null) return traffic.find((share) => share.tag === tag)?.revision ?? null
  let left = chance * traffic.reduce((sum, { percent }) => sum + percent, 0)
  for (const { revision, percent } of traffic) {
    if (left < percent) return revision
    left -= percent
  }
  return traffic.findLast(({ percent }) => percent > 0)?.revision ?? null
}
