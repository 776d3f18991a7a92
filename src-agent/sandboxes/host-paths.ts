import { dirname } from 'node:path'
import { type Place, socketFor } from '#contract/client/place'

/** The agent's own folders: who reaches state or socket commands all sandboxes. */
export function joeyFolders({ home, run, socketPath }: Place): string[] {
  return [home, run, dirname(socketPath), dirname(dirname(socketFor(0)))]
}

/** Whether a path is the folder or below it. Both are absolute and resolved. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/** Whether who reaches the path reaches the agent's own folders, or part of them. */
export function isOfJoey(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => isWithin(path, folder) || isWithin(folder, path))
}
