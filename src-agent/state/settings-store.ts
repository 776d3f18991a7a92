import type { DatabaseSync } from 'node:sqlite'
import { Settings } from '#contract/settings'
import type { EventLog } from './event-log.ts'

/** What the person has chosen. Every change is on disk, and told, before it is answered. */
export interface SettingsStore {
  read(): Settings
  /** Fields that are absent or undefined stay as they are. */
  update(change: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Settings
}

export function openSettings(database: DatabaseSync, events: EventLog): SettingsStore {
  const row = database.prepare('SELECT value FROM settings WHERE id = 1').get()
  const write = database.prepare(
    'INSERT INTO settings (id, value) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
  )
  let settings = Settings.parse(row === undefined ? {} : JSON.parse(String(row['value'])))
  return {
    read: () => settings,
    update(change) {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      const next = Settings.parse({ ...settings, ...given })
      if (JSON.stringify(next) === JSON.stringify(settings)) return settings
      events.commit(
        [{ type: 'settings.changed', settings: next }],
        () => write.run(JSON.stringify(next)),
        () => {
          settings = next
        },
      )
      return settings
    },
  }
}
