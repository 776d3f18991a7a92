import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { AppError } from '#contract/app-error'
import { classes, grants } from './en/classes.ts'
import { common, errors } from './en/common.ts'
import { create } from './en/create.ts'
import { detail } from './en/detail.ts'
import { archives, files } from './en/files.ts'
import { host } from './en/host.ts'
import { images } from './en/images.ts'
import { bootLog, isolation, selfTest, settings } from './en/isolation.ts'
import { confirm, sandboxes } from './en/sandboxes.ts'
import { palette, shell } from './en/shell.ts'
import { compare, forks, snapshots, tasks } from './en/snapshots.ts'

/** The shape that every language has; a second language is a sibling of `en` with the same keys. */
const en = {
  ...{ common, errors, shell, palette, sandboxes, confirm, create, detail, images, host },
  ...{ classes, grants, isolation, selfTest, bootLog, settings },
  ...{ snapshots, forks, compare, tasks },
  ...{ files, archives },
} as const

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

/** Loads the sentences. The tables are in the bundle, so it is ready at once. */
export function startI18n(): void {
  void i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    // React escapes; doing it twice would show entities.
    interpolation: { escapeValue: false },
    initAsync: false,
  })
}

/** The sentence for a failure: ours for its reason where there is one, else the agent's own. */
export function errorText(error: unknown): string {
  const { reason, message, params } = AppError.from(error).wire
  const key = `errors.${reason}`
  return i18next.exists(key) ? i18next.t(key as 'errors.bad-answer', { ...params }) : message
}
