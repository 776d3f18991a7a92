import { type FoundPackage, readPackages } from '../files/compare/read-packages.ts'
import type { Trees } from '../sandboxes/trees.ts'

interface Deps {
  readonly trees: Trees
}

/** Packages as the tree of a sandbox or snapshot has them on record. */
export async function readInstalled(deps: Deps, ref: string, signal: AbortSignal): Promise<readonly FoundPackage[]> {
  const view = await deps.trees.open(await deps.trees.find(ref, signal))
  try {
    return (await readPackages(view, signal)).packages
  } finally {
    await view.close()
  }
}
