import type * as z from 'zod'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import { compareConfig, compareFiles, comparePackages, compareText, type FileChange } from '#contract/compare'
import { call } from '../call.ts'
import { createQueryStore } from './query-store.ts'

/** Two trees, as `snapshot:ID` and the like. */
export interface TreePair {
  readonly before: string
  readonly after: string
}

export const textStore = createQueryStore((query: TreePair & { readonly path: string }) => call(compareText, query))
export const packagesStore = createQueryStore((pair: TreePair) => call(comparePackages, pair))
export const configStore = createQueryStore((pair: TreePair) => call(compareConfig, pair))

type FilesAnswer = z.output<typeof compareFiles.response>

/** Changes come page by page; what has come is shown. */
export type FilesModel =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | {
      readonly kind: 'ready'
      readonly changes: readonly FileChange[]
      readonly totals: Omit<FilesAnswer, 'changes'>
      /** More pages are on their way. */
      readonly loading: boolean
    }

export const filesStore = createStore<{ readonly files: FilesModel }>(() => ({ files: { kind: 'loading' } }))

export function useFiles(): FilesModel {
  return useStore(filesStore, ({ files }) => files)
}

const pageSize = 5000
/** A list longer than this helps nobody, and a page must end somewhere. */
export const mostChanges = 200_000

/** Loads all pages, one after the other. Returns what stops it. */
export function loadFiles(pair: TreePair): () => void {
  let stopped = false
  filesStore.setState({ files: { kind: 'loading' } })
  const load = async (): Promise<void> => {
    const changes: FileChange[] = []
    for (let more = true; more && !stopped; ) {
      const page = await call(compareFiles, { ...pair, offset: changes.length, limit: pageSize })
      if (stopped) return
      changes.push(...page.changes)
      const { changes: _, ...totals } = page
      more = page.changes.length > 0 && changes.length < Math.min(page.total, mostChanges)
      filesStore.setState({ files: { kind: 'ready', changes: [...changes], totals, loading: more } })
    }
  }
  load().catch((error: unknown) => {
    if (!stopped) filesStore.setState({ files: { kind: 'error', error: AppError.from(error) } })
  })
  return () => {
    stopped = true
  }
}
