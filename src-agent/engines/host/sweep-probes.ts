import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { killCgroup, removeCgroups } from '../../base/kernel/cgroup-files.ts'

const Bundle = z.object({ linux: z.object({ cgroupsPath: z.string() }) })
/** `/joey-trial-aaaa0000bbbb`, and below it where the runtime wants a parent. */
const ownCgroup = /^\/(joey-trial-[0-9a-f]{12})(\/[0-9a-f]{12})?$/

/**
 * Removes what trials of runtimes left that an agent did not live to end: the bundle is the record of what was begun.
 * For the holder of the state folder's lock, before it begins trials of its own.
 *
 * @param folder where the bundles are made.
 */
export async function sweepProbes(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith('probe-')) continue
    const bundle = join(folder, name)
    const path = await readCgroup(join(bundle, 'config.json'))
    const top = ownCgroup.exec(path)?.[1]
    if (top !== undefined) {
      await killCgroup(path)
      await removeCgroups(`/${top}`)
    }
    await rm(bundle, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function readCgroup(file: string): Promise<string> {
  try {
    const path = Bundle.parse(JSON.parse(await readFile(file, 'utf8'))).linux.cgroupsPath
    return path.startsWith('/') ? path : `/${path}`
  } catch {
    return ''
  }
}
