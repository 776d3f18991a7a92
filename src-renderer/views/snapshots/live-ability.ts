import type { ClassProfile } from '#contract/classes'
import type { Sandbox } from '#contract/sandbox'
import { wordedText } from '../../copy/i18n.ts'

/** Whether memory can be kept now, or why it cannot. `unknown` while the classes are still being requested. */
export type LiveAbility =
  | { readonly kind: 'can' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-running' }
  | { readonly kind: 'class'; readonly reason: string }

export function liveAbility({ state }: Pick<Sandbox, 'state'>, profile: ClassProfile | undefined): LiveAbility {
  if (!profile) return { kind: 'unknown' }
  const refused = profile.limitations.find(({ feature }) => feature === 'liveSnapshot')
  if (refused) return { kind: 'class', reason: wordedText(refused.reason, refused.wording) }
  return state === 'running' || state === 'paused' ? { kind: 'can' } : { kind: 'not-running' }
}
