import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs'
import { readKernelLink, readKernelText } from '../../base/kernel/kernel-text.ts'
import { isWithin, parseMountinfo } from '../../base/kernel/mountinfo.ts'
import type { Run } from '../../base/process/run.ts'
import { type IsKnown, idPattern, type Stray } from './stray.ts'

interface Deps {
  readonly run: Run
  /** Folders whose children are named after sandboxes or volumes. */
  readonly folders: readonly string[]
  readonly isKnown: IsKnown
  /** The mount namespace of whoever started the agent, as the kernel's link names it. */
  readonly outerMounts: string | undefined
}

const timeoutMs = 10_000

/**
 * Mounts on folders named after what no record knows, in the agent's own mount namespace and in that of this machine. Those of
 * guests are not looked at: they may call theirs what they like, and go with them.
 */
export async function findMounts(deps: Deps): Promise<Stray[]> {
  const points = strayPoints(deps, readKernelText('/proc/self/mountinfo'))
  const outer = findProcessOf(deps.outerMounts)
  const outside = outer === null ? [] : strayPoints(deps, readKernelText(`/proc/${outer}/mountinfo`))
  // What lies in another goes first.
  return [...new Set([...points, ...outside])]
    .sort((one, other) => other.length - one.length)
    .map((point) => ({ kind: 'mount', what: point, remove: () => unmount(deps, point) }))
}

/** Whether something is mounted at a place or below it, as the agent sees it. */
export function isMountedBelow(folder: string): boolean {
  return parseMountinfo(readKernelText('/proc/self/mountinfo') ?? '').some(({ target }) => isWithin(target, folder))
}

function strayPoints({ folders, isKnown }: Deps, table: string | null): string[] {
  return parseMountinfo(table ?? '').flatMap(({ target }) => {
    const folder = folders.find((each) => isWithin(target, each) && target !== each)
    const id = folder === undefined ? '' : (target.slice(folder.length + 1).split(/[/.]/)[0] ?? '')
    return idPattern.test(id) && !isKnown(id) ? [target] : []
  })
}

async function unmount({ run, outerMounts }: Deps, point: string): Promise<void> {
  // One that arrived from this machine's namespace may be in one of the two only.
  await run('umount', ['--lazy', point], { timeoutMs, okExitCodes: [0, 32] })
  const outer = findProcessOf(outerMounts)
  if (outer === null || !hasPoint(outer, point)) return
  const namespace = openSync(`/proc/${outer}/ns/mnt`, 'r')
  try {
    // The process may have ended, and its number be a guest's: what is entered is the very namespace that was named.
    if (`mnt:[${fstatSync(namespace).ino}]` !== outerMounts) return
    const held = `/proc/${process.pid}/fd/${namespace}`
    await run('nsenter', [`--mount=${held}`, 'umount', '--lazy', point], { timeoutMs })
  } finally {
    closeSync(namespace)
  }
}

function hasPoint(pid: number, point: string): boolean {
  return parseMountinfo(readKernelText(`/proc/${pid}/mountinfo`) ?? '').some(({ target }) => target === point)
}

/** A process that is in a mount namespace; null where there is none, or it is the agent's own. */
function findProcessOf(namespace: string | undefined): number | null {
  if (namespace === undefined || readKernelLink('/proc/self/ns/mnt') === namespace) return null
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  return pids.find((pid) => readKernelLink(`/proc/${pid}/ns/mnt`) === namespace) ?? null
}
