import type { LaunchPlan } from './driver.ts'

/**
 * Whether programs may gain rights by what their files say: the set-user-id and set-group-id bits, and file capabilities. What
 * can be gained stays within the capabilities that the sandbox may have at all.
 */
export function mayGainRights({ grants }: Pick<LaunchPlan, 'grants'>): boolean {
  return grants.some(({ kind }) => kind === 'new-privileges')
}
