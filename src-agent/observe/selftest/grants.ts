import { formatGrant } from '#contract/grant-text'
import type { Grant } from '#contract/sandbox'

/** Those of the grants that a probe names as its openers: by kind, or a capability by its name. */
function grantsThatOpen(openedBy: readonly string[], grants: readonly Grant[]): Grant[] {
  return grants.filter((grant) => {
    if (openedBy.includes(grant.kind)) return true
    return grant.kind === 'cap' && openedBy.includes(`cap:${grant.name}`)
  })
}

/** As every result tells it: what was given by name still fails, but nobody need wonder why. */
export function tellGranted(openedBy: readonly string[], grants: readonly Grant[]): string {
  const openers = grantsThatOpen(openedBy, grants)
  return openers.length > 0 ? ` It was granted: ${openers.map(formatGrant).join(', ')}.` : ''
}
