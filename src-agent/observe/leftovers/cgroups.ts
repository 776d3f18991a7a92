import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endCgroup, hierarchies } from '../../base/kernel/cgroup-files.ts'
import { type IsKnown, idPattern, type Stray } from './stray.ts'

/** Control groups below that of this state folder that are named after no sandbox. Whatever runs in one ends with it. */
export async function findCgroups(parent: string, isKnown: IsKnown): Promise<Stray[]> {
  const inEach = await Promise.all((await hierarchies()).map((root) => foldersIn(join(root, parent))))
  const ids = [...new Set(inEach.flat())].filter((name) => idPattern.test(name) && !isKnown(name))
  return ids.map((id) => ({ kind: 'cgroup', what: `${parent}/${id}`, remove: () => endCgroup(`${parent}/${id}`) }))
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
