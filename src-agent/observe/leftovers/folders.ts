import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { removeFolder } from '../../base/process/remove-folder.ts'
import { isMountedBelow } from './mounts.ts'
import { type IsKnown, idPattern, type Stray } from './stray.ts'

/** Folders of the state and of runs that are named after what no record knows. */
export async function findFolders(parents: readonly string[], isKnown: IsKnown): Promise<Stray[]> {
  const found = await Promise.all(parents.map((parent) => findIn(parent, isKnown)))
  return found.flat()
}

async function findIn(parent: string, isKnown: IsKnown): Promise<Stray[]> {
  const names = await readdir(parent).catch(() => [])
  return names
    .filter((name) => idPattern.test(name) && !isKnown(name))
    .map((name) => ({ kind: 'folder', what: join(parent, name), remove: () => removeWhole(join(parent, name)) }))
}

/** What is mounted there belongs to somebody else, and must not be emptied with the folder. */
async function removeWhole(folder: string): Promise<void> {
  if (isMountedBelow(folder)) throw new Error(`Something is still mounted below ${folder}.`)
  await removeFolder(folder)
}
