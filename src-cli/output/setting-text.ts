import type { Settings } from '#contract/settings'

/** The value of a setting as it is typed; null where nothing is chosen. */
export function settingText(value: Settings[keyof Settings]): string | null {
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(',')
  return value === null ? null : String(value)
}
