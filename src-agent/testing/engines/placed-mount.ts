import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Mount } from '#contract/sandbox'
import type { PlacedMount } from '../../engines/driver.ts'

/** A mount of a folder as a driver gets it, where nobody swaps the source meanwhile. */
export function placedMount(mount: Mount, run: string, index = 0): PlacedMount {
  const { uid, gid } = statSync(mount.source)
  const held = { path: mount.source, isFolder: true, uid, gid }
  return { ...mount, place: join(run, 'mounts', String(index)), held }
}
