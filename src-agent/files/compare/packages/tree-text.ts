import { AppError } from '#contract/app-error'
import type { TreeEntry, TreeView } from '../../../storage/layers/tree-view.ts'

/** Small files of a tree as text. What is not there, or too large, is null: a tree may hold anything. */
export interface TreeText {
  readonly signal: AbortSignal
  read(path: string, maxBytes: number): Promise<string | null>
  readBytes(path: string, maxBytes: number): Promise<Buffer | null>
  /** Empty where there is no such folder. */
  list(path: string): Promise<readonly TreeEntry[]>
  has(path: string): Promise<boolean>
}

export function createTreeText(view: TreeView, signal: AbortSignal): TreeText {
  const readBytes = async (path: string, maxBytes: number): Promise<Buffer | null> => {
    signal.throwIfAborted()
    const file = await orNull(view.open(path))
    if (file === null) return null
    try {
      return file.node.size > maxBytes ? null : await file.read(0, file.node.size)
    } finally {
      await file.close()
    }
  }
  return {
    signal,
    readBytes,
    read: async (path, maxBytes) => (await readBytes(path, maxBytes))?.toString('utf8') ?? null,
    async list(path) {
      signal.throwIfAborted()
      return (await orNull(view.list(path))) ?? []
    },
    has: async (path) => (await view.stat(path)) !== null,
  }
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof AppError && error.wire.code === 'notFound') return null
    throw error
  }
}
