import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

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

/**
 * Where what runs here lies: Joey's own folder and that of its Node. Who may write there decides what the agent does at its
 * next start.
 */
export function installationFolders(): readonly string[] {
  known ??= [...new Set([ownFolder(), programFolder(realpathSync(process.execPath))])]
  return known
}

let known: readonly string[] | undefined

/** Above the resources, whichever of them there are: without them the agent would guard no more than its own file. */
function ownFolder(): string {
  const resources = findResource('.')
  if (resources === null) throw new Error('This installation has no resources.')
  return dirname(resources)
}

/** `/opt/node` of `/opt/node/bin/node`. */
function programFolder(program: string): string {
  const folder = dirname(program)
  const parent = dirname(folder)
  return basename(folder) === 'bin' && parent !== '/' ? parent : folder
}
