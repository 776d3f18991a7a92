import { formatGrant } from '#contract/grant-text'
import type { Grant } from '#contract/sandbox'

/** Those of the grants that a probe names as its openers: by kind, or a capability by its name. */
function grantsThatOpen(openedBy: readonly string[], grants: readonly Grant[]): Grant[] {
  return grants.filter((grant) => {
    if (openedBy.includes(grant.kind)) return true
    return grant.kind === 'cap' && openedBy.includes(`cap:${grant.name}`)
  })
}

/** Their names, as every result names them: what was given by name still fails, but nobody need wonder why. */
export function namesOfGranted(openedBy: readonly string[], grants: readonly Grant[]): string {
  return grantsThatOpen(openedBy, grants).map(formatGrant).join(', ')
}
