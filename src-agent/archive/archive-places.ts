import { join } from 'node:path'
import { run } from '../base/process/run.ts'
import { removeTree } from '../storage/layers/layer-places.ts'
import { clearParts } from './output-file.ts'

/** Where archives keep what they need. All of it below the state folder. */
export interface ArchivePlaces {
  /** Half-made things; emptied when the agent starts. */
  readonly staging: string
  /** Which half-made files lie elsewhere. */
  readonly notes: string
  /** The key that signs, and the keys that are trusted. */
  readonly signing: string
  /** What an agent before this one has left is gone. */
  readonly ready: Promise<void>
}

export function openArchivePlaces(home: string): ArchivePlaces {
  const base = join(home, 'archive')
  const [staging, notes] = [join(base, 'staging'), join(base, 'notes')]
  const ready = (async () => {
    await clearParts(notes)
    await removeTree(run, staging)
  })()
  // Reported to whoever waits for it.
  ready.catch(() => undefined)
  return { staging, notes, signing: join(home, 'signing'), ready }
}
