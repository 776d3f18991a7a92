import { join } from 'node:path'
import type { StateFolder } from '../state/folder.ts'

/** Where the memory of a live snapshot is kept. */
export function stateFolder({ folder }: { readonly folder: Pick<StateFolder, 'home'> }, id: string): string {
  return join(folder.home, 'snapshots', id, 'state')
}
