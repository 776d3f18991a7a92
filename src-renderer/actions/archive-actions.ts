import i18next from 'i18next'
import { choosePaths, chooseTarget } from '#contract/app'
import { call } from '../call.ts'
import { openImport } from '../store/archive-store.ts'
import { toastError } from './remedies.ts'

const endings = { docker: 'tar', oci: 'oci.tar', joey: 'joey' } as const

/** Asks where an export is to go; null when the person cancelled. */
export async function chooseExport(name: string, format: keyof typeof endings): Promise<string | null> {
  return (await call(chooseTarget, { name: `${name}.${endings[format]}` })).path
}

/** Asks for a bundle and shows what it wants. */
export async function chooseBundle(): Promise<void> {
  try {
    const [path] = (await call(choosePaths, { kind: 'bundle' })).paths
    if (path !== undefined) openImport(path)
  } catch (error) {
    toastError(i18next.t('archives.import.failed'), error)
  }
}
