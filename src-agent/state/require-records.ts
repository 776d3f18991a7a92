import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { StateFolder } from './folder.ts'

/** What holds files of people, and nothing where there never was a sandbox. */
const withFiles = ['sandboxes', 'layers', 'volumes'] as const

/**
 * Refuses to begin with new records beside files of earlier ones: what no record names is removed at the start, and that would be
 * everything that sandboxes have written.
 */
export function refuseNewRecords({ home, database }: Pick<StateFolder, 'home' | 'database'>): void {
  for (const name of withFiles) {
    const folder = join(home, name)
    const count = namesIn(folder).length
    if (count > 0) throw appError('records-gone', { file: database, folder, count })
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
