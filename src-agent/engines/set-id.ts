import { outsideProgram } from './bind-mounts.ts'
import type { LaunchPlan } from './driver.ts'

/**
 * Whether programs may give files the set-user-id bit. Not where a folder of this machine is mounted to be written: what is left
 * there belongs to a person, and whoever runs it would be that person. Volumes are out of everybody's reach. The grant of the capability that is about these bits
 * lets them.
 */
export function maySetIds({ mounts, grants }: Pick<LaunchPlan, 'mounts' | 'grants'>): boolean {
  return (
    mounts.every(({ readOnly, isVolume }) => readOnly || isVolume) ||
    grants.some((grant) => grant.kind === 'cap' && grant.name === 'FSETID')
  )
}

/** The beginning of a command line whose programs leave no set-user-id bit and no device node; nothing where that cannot be had. */
export function withoutSetIds(): readonly string[] {
  const outside = outsideProgram()
  return outside === null ? [] : [outside, 'no-set-id']
}
