import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from '#contract/client/place'
import type { Sandbox } from '#contract/sandbox'

/** Folders that hold something only while work is under way. */
const emptyAtRest = ['images/staging', 'archive/staging', 'archive/notes'] as const
/** Made ahead, in the background, and emptied at the next start. */
const madeAhead = /^microvm\//

/** What the state folder has of sandboxes that are not there, of runs that are over, and of work that is done. */
export function leftInFolders({ home, run }: Place, sandboxes: readonly Sandbox[]): readonly string[] {
  const known = new Set(sandboxes.map(({ id }) => id))
  const hasRun = sandboxes.filter(({ startedAt }) => startedAt !== null).map(({ id }) => id)
  const running = new Set(sandboxes.filter(runs).map(({ id }) => id))
  return [
    ...namesIn(join(home, 'sandboxes'))
      .filter((id) => !known.has(id))
      .map((id) => `the folder sandboxes/${id} is left`),
    ...hasRun.filter((id) => !namesIn(join(home, 'sandboxes')).includes(id)).map((id) => `the folder of ${id} is gone`),
    ...namesIn(join(run, 's'))
      .filter((id) => !running.has(id))
      .map((id) => `the folder run/s/${id} is left`),
    ...namesIn(join(run, 'exits')).map((name) => `the exit code run/exits/${name} is left`),
    ...emptyAtRest.flatMap((folder) => namesIn(join(home, folder)).map((name) => `${folder}/${name} is left`)),
    ...halves(home).map((path) => `${path} is left`),
  ]
}

/** Names that say that something is not finished. */
function halves(home: string): readonly string[] {
  const folders = ['images', 'layers', 'blocks', 'volumes', 'snapshots', 'sandboxes']
  const deep = folders.flatMap((folder) => [folder, ...namesIn(join(home, folder)).map((name) => `${folder}/${name}`)])
  return deep
    .flatMap((folder) => namesIn(join(home, folder)).map((name) => `${folder}/${name}`))
    .filter((path) => /\.part(\.|$)/.test(path) && !madeAhead.test(path))
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Whether it has processes. */
export function runs({ state }: Sandbox): boolean {
  return state === 'running' || state === 'paused'
}
