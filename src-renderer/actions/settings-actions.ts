import i18next from 'i18next'
import type * as z from 'zod'
import { updateSettings } from '#contract/settings'
import { call } from '../call.ts'
import { toastError } from './remedies.ts'

/** Changes what is named. The page shows it with the agent's event. */
export async function saveSettings(changes: z.input<typeof updateSettings.request>): Promise<void> {
  try {
    await call(updateSettings, changes)
  } catch (error) {
    toastError(i18next.t('settings.failed'), error)
  }
}
