import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The path of a file in `resources`; null where this installation lacks it. The agent runs from its sources and from
 * bundles at another depth, so the folder is looked for upwards.
 */
export function findResource(name: string): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'resources', name)
    if (existsSync(path)) return path
  }
  return null
}
