import { dirname, join } from 'node:path'
import type { LaunchPlan } from '../driver.ts'
import { mayGainRights } from '../new-privileges.ts'
import type { SelinuxLabels } from './selinux-labels.ts'

/** How to mount a sandbox's tree: from which folder, because lower layers are named relative to it, and with what. */
export interface OverlayMount {
  readonly from: string
  readonly options: string
}

/** Of every overlay, whatever this kernel's defaults are; see below. */
export const upperOptions = 'redirect_dir=nofollow,metacopy=off,index=off'

/**
 * The kernel reads the options of a mount from one page, so 100 layers have to have short names. Renamed folders, contents
 * that stay below and an index are off, whatever this kernel's defaults are: a writable layer is to be all that was written, for whoever reads
 * it in user space, and no mark that a guest left on its disk may lead anywhere. Where nothing inside can gain privileges anyway,
 * `nosuid` has a program run that has file capabilities which the sandbox lacks, as `ping` of some images: the kernel would refuse it.
 */
export function overlayMount(
  {
    lowers,
    paths,
    grants,
  }: Pick<LaunchPlan, 'lowers' | 'grants'> & { paths: Pick<LaunchPlan['paths'], 'upper' | 'work'> },
  labels: SelinuxLabels | null = null,
): OverlayMount {
  const from = bestFolder(lowers)
  const names = lowers.map((lower) => nameFrom(from, lower))
  return {
    from,
    options: `${mayGainRights({ grants }) ? '' : 'nosuid,'}nodev,${upperOptions},lowerdir=${names.join(':')},upperdir=${paths.upper},workdir=${paths.work}${contextOption(labels)}`,
  }
}

/** The label of all that is in it, whatever its files bear; between quotes, because it has a comma. */
export function contextOption(labels: SelinuxLabels | null): string {
  return labels === null ? '' : `,context="${labels.file}"`
}

/** The folder from which all names together are shortest. */
function bestFolder(lowers: readonly string[]): string {
  const length = (from: string): number => lowers.reduce((sum, lower) => sum + nameFrom(from, lower).length, 0)
  let best = '/'
  for (let folder = dirname(lowers[0] ?? '/'); folder !== '/'; folder = dirname(folder)) {
    if (length(folder) < length(best)) best = folder
  }
  return best
}

function nameFrom(from: string, lower: string): string {
  const inside = from === '/' ? '/' : join(from, '/')
  return from !== '/' && lower.startsWith(inside) ? lower.slice(inside.length) : lower
}
