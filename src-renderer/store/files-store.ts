import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import { type FileEntry, type FoundFile, findStream, listFiles, measureFiles, readFile } from '#contract/files'
import { call } from '../call.ts'
import { follow } from '../feed.ts'
import { fromBase64 } from '../model/file-content.ts'
import { createQueryStore } from './query-store.ts'

export interface FolderQuery {
  readonly tree: string
  readonly path: string
  /** Absent: the image that it stands on. */
  readonly against: string | undefined
}

export interface Folder {
  readonly path: string
  readonly entries: readonly FileEntry[]
}

const pageSize = 5000

/** A whole folder, page by page. */
export const folderStore = createQueryStore(async ({ tree, path, against }: FolderQuery): Promise<Folder> => {
  const entries: FileEntry[] = []
  for (;;) {
    const query = { tree, path, offset: entries.length, limit: pageSize, ...(against ? { against } : {}) }
    const page = await call(listFiles, query)
    entries.push(...page.entries)
    if (page.entries.length === 0 || entries.length >= page.total) return { path, entries }
  }
})

/** As much of a file as is shown. */
const shownBytes = 512 * 1024

export interface FilePart {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly size: number
  readonly version: string
}

export const fileStore = createQueryStore(
  async (query: { readonly tree: string; readonly path: string }): Promise<FilePart> => {
    const { base64, size, version } = await call(readFile, { ...query, length: shownBytes })
    return { path: query.path, bytes: fromBase64(base64), size, version }
  },
)

export const sizesStore = createQueryStore(
  (query: { readonly tree: string; readonly path: string; readonly own: boolean }) => call(measureFiles, query),
)

export type SearchModel =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'running' | 'done'
      readonly found: readonly FoundFile[]
      readonly looked: number
      readonly truncated: boolean
    }
  | { readonly kind: 'failed'; readonly error: AppError }

const searchStore = createStore<{ readonly search: SearchModel }>(() => ({ search: { kind: 'idle' } }))
let stopPresent: () => void = () => undefined

export function useSearch(): SearchModel {
  return useStore(searchStore, ({ search }) => search)
}

export interface SearchQuery {
  readonly tree: string
  readonly path: string
  readonly name: string
  readonly content: string
}

export const searchLimit = 1000

/** Begins a search; one that still goes on ends. */
export function startSearch(query: SearchQuery): void {
  stopPresent()
  const put = (search: SearchModel) => searchStore.setState({ search })
  let state: { found: readonly FoundFile[]; looked: number; truncated: boolean } = {
    found: [],
    looked: 0,
    truncated: false,
  }
  put({ kind: 'running', ...state })
  const handle = follow(
    findStream,
    { ...query, limit: searchLimit },
    {
      onMessage(message) {
        if (message.type === 'found') state = { ...state, found: [...state.found, ...message.files] }
        else if (message.type === 'progress') state = { ...state, looked: message.looked }
        else state = { ...state, looked: message.looked, truncated: message.truncated }
        put({ kind: message.type === 'end' ? 'done' : 'running', ...state })
      },
      onClosed: (error) => put(error ? { kind: 'failed', error: AppError.from(error) } : { kind: 'done', ...state }),
    },
  )
  stopPresent = () => {
    handle.close()
    stopPresent = () => undefined
  }
}

/** What was found so far stays. */
export function stopSearch(): void {
  stopPresent()
  const { search } = searchStore.getState()
  if (search.kind === 'running') searchStore.setState({ search: { ...search, kind: 'done' } })
}

export function forgetSearch(): void {
  stopPresent()
  searchStore.setState({ search: { kind: 'idle' } })
}
