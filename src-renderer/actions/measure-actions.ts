import i18next from 'i18next'
import { measureNow } from '../store/classes-store.ts'
import { toastError } from './remedies.ts'

/** Runs a small sandbox of each class, and shows what they cost here. */
export async function measureClassesNow(): Promise<void> {
  try {
    await measureNow()
  } catch (error) {
    toastError(i18next.t('host.measureFailed'), error)
  }
}
