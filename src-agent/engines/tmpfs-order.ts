import type { LaunchPlan, Tmpfs } from './driver.ts'

/** Those to be mounted before the folders of this machine, and those that lie in one of these; outer ones first. */
export function orderTmpfs({ tmpfs, mounts }: Pick<LaunchPlan, 'tmpfs' | 'mounts'>) {
  const outerFirst = tmpfs.toSorted((one, other) => depth(one) - depth(other))
  const isInMount = ({ target }: Tmpfs): boolean => mounts.some((mount) => target.startsWith(`${mount.target}/`))
  return { before: outerFirst.filter((each) => !isInMount(each)), after: outerFirst.filter(isInMount) }
}

const depth = ({ target }: Tmpfs): number => target.split('/').length
