import { type FoundPackage, readPackages } from '../files/compare/read-packages.ts'
import type { TimeGround } from '../time-ground.ts'

/** Packages as the tree of a sandbox or snapshot has them on record. */
export async function readInstalled(
  { trees }: Pick<TimeGround, 'trees'>,
  ref: string,
  signal: AbortSignal,
): Promise<readonly FoundPackage[]> {
  const view = await trees.open(await trees.find(ref, signal))
  try {
    return (await readPackages(view, signal)).packages
  } finally {
    await view.close()
  }
}
