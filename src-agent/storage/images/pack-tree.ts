import { stat } from 'node:fs/promises'
import type { ImageConfig } from '#contract/image'
import type { Accounts } from '../../state/records/image-records.ts'
import type { PartDeps } from './make-parts.ts'
import { hostArchitecture } from './plan-images.ts'
import type { PreparedImage } from './prepare-images.ts'

/** An image that Joey makes itself, of programs of this machine and without a registry. */
export interface OwnTree {
  /** Of what it is made of: there is no manifest. */
  readonly digest: string
  readonly name: string
  readonly config: ImageConfig
  readonly accounts: Accounts
  readonly builtIn: boolean
}

/** Keeps the folder `rootfs` of the staging folder as the one part of an image. All files become root's. */
export async function packTree(
  { tools, parts }: Pick<PartDeps, 'tools' | 'staging' | 'parts'>,
  { digest, name, config, accounts, builtIn }: OwnTree,
  signal: AbortSignal,
): Promise<PreparedImage> {
  const contentBytes = await tools.measure(signal)
  const file = await tools.pack({ digest, newest: 0, allRoot: true }, signal)
  const { size: sizeBytes } = await stat(file)
  await parts.add(digest, file, 0)
  const image = { architecture: hostArchitecture, createdAt: null, sizeBytes, contentBytes, config, builtIn }
  const kept = [{ digest, start: 0, bytes: sizeBytes, layers: [] }]
  return { digest, names: [name], parts: kept, image, accounts, highestId: 0 }
}
