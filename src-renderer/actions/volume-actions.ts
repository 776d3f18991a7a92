import i18next from 'i18next'
import { toast } from 'sonner'
import { AppError } from '#contract/app-error'
import { createVolume, removeVolume } from '#contract/volume'
import { call } from '../call.ts'
import { toastError } from './remedies.ts'

/** Makes an empty volume. Null when it is made; else why it is not, which whoever asked shows. */
export async function makeVolume(name: string): Promise<AppError | null> {
  try {
    await call(createVolume, { name })
    toast.success(i18next.t('volumes.created', { name }))
    return null
  } catch (error) {
    return AppError.from(error)
  }
}

export async function removeVolumeForGood(name: string, shown: string): Promise<void> {
  try {
    await call(removeVolume, { name })
    toast.success(i18next.t('volumes.removed', { name: shown }))
  } catch (error) {
    toastError(i18next.t('volumes.removeFailed', { name: shown }), error)
  }
}
