import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { inspectBundle, scanSecrets } from '#contract/archive'
import { call } from '../call.ts'
import { newId } from '../model/new-id.ts'
import { createQueryStore } from './query-store.ts'

/** Keys and passwords in what would leave. */
export const scanStore = createQueryStore((source: string) => call(scanSecrets, { source, task: newId() }))

/** What a bundle wants. */
export const sheetStore = createQueryStore((query: { readonly path: string; readonly passphrase: string }) =>
  call(inspectBundle, {
    path: query.path,
    ...(query.passphrase === '' ? {} : { passphrase: query.passphrase }),
    task: newId(),
  }),
)

/** Which of the two dialogs is open. */
interface ArchiveUi {
  readonly exporting: { readonly source: string; readonly name: string } | null
  /** Path of the bundle. */
  readonly importing: string | null
}

const archiveUi = createStore<ArchiveUi>(() => ({ exporting: null, importing: null }))

export function useArchiveUi(): ArchiveUi {
  return useStore(archiveUi, (state) => state)
}

/** `source` as `sandbox:ID` or `snapshot:ID`. */
export const openExport = (source: string, name: string): void => archiveUi.setState({ exporting: { source, name } })
export const openImport = (path: string): void => archiveUi.setState({ importing: path })
export const closeArchive = (): void => archiveUi.setState({ exporting: null, importing: null })
