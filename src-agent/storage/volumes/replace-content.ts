import { readdirSync, renameSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { appError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import { exists, removeTree, syncFileSystem } from '../layers/layer-places.ts'
import type { VolumePlaces } from './volume-places.ts'

export interface ReplaceRequest {
  /** Whether what the volume holds may go. One that holds nothing needs no yes. */
  readonly replace: boolean
  /** Fills an empty folder, which is then the volume's. What it throws leaves the volume as it was. */
  readonly make: (folder: string) => Promise<void>
}

interface Deps {
  readonly run: Run
  /** Throws where the volume may not be changed now. */
  readonly requireFree: () => void
}

/**
 * Gives a volume another content, all of it or nothing. Nobody may use it, since a folder that is mounted would stay the old one: that is
 * asked once more in the moment of the change.
 */
export async function replaceContent(
  name: string,
  { run, requireFree }: Deps,
  places: VolumePlaces,
  { replace, make }: ReplaceRequest,
): Promise<void> {
  const requireEmpty = (): void => {
    if (!replace && readdirSync(places.data).length > 0) throw appError('volume-not-empty', { name })
  }
  requireFree()
  requireEmpty()
  try {
    await removeTree(run, places.part)
    await mkdir(places.part, { mode: 0o755 })
    await make(places.part)
    await syncFileSystem(run, places.part)
    await removeTree(run, places.old)
    requireFree()
    requireEmpty()
    // Nobody else has a turn from here to the end of the change.
    renameSync(places.part, places.next)
    renameSync(places.data, places.old)
    renameSync(places.next, places.data)
  } finally {
    await removeTree(run, places.part)
  }
  await removeTree(run, places.old)
}

/** What an agent that died in the middle of it has left: the change is finished where it had begun, else nothing has changed. */
export async function finishReplacing(run: Run, { data, next, old }: VolumePlaces): Promise<void> {
  if (!(await exists(data)) && (await exists(next))) await rename(next, data)
  for (const path of [next, old]) await removeTree(run, path)
}
