import { appError } from '#contract/app-error'
import type { Client } from '#contract/client/client'
import { TreePath, TreeRef } from '#contract/files'
import { SandboxRef } from '#contract/sandbox'
import { SnapshotRef } from '#contract/snapshot'
import { problemOf, usageError } from '../command/usage-error.ts'

/**
 * What was typed for a tree of files: `sandbox:`, `snapshot:` or `image:` with a name, or the bare name of a sandbox or else
 * of a snapshot.
 */
export async function findTree(
  client: Pick<Client, 'inspectSandbox' | 'inspectSnapshot'>,
  word: string,
): Promise<string> {
  if (TreeRef.safeParse(word).success) return word
  if (!SnapshotRef.safeParse(word).success) {
    throw usageError('usage-tree', { word })
  }
  if (SandboxRef.safeParse(word).success) {
    const sandbox = await orNull(client.inspectSandbox({ ref: word }))
    if (sandbox) return `sandbox:${sandbox.id}`
  }
  const snapshot = await orNull(client.inspectSnapshot({ ref: word }))
  if (snapshot) return `snapshot:${snapshot.id}`
  throw appError('tree-not-found', { word })
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise
  } catch (error) {
    if ((error as { wire?: { code?: string } }).wire?.code === 'notFound') return null
    throw error
  }
}

export interface Place {
  readonly tree: string
  readonly path: string
}

/** Splits `web:/etc/hosts`, `web@before:/etc` and `image:busybox:/bin`. Without a path it is the root. */
export async function findPlace(
  client: Pick<Client, 'inspectSandbox' | 'inspectSnapshot'>,
  word: string,
): Promise<Place> {
  const at = word.indexOf(':/')
  const [name, path] = at < 0 ? [word, '/'] : [word.slice(0, at), word.slice(at + 1)]
  const checked = TreePath.safeParse(path)
  if (!checked.success) throw usageError('usage-not-valid', { where: word, problem: problemOf(checked.error) })
  return { tree: await findTree(client, name), path }
}
