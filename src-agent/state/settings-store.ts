import type { DatabaseSync } from 'node:sqlite'
import { notice } from '#contract/notice'
import { Settings } from '#contract/settings'
import type { EventLog } from './event-log.ts'

/** What the person has chosen. Every change is on disk, and announced, before it is answered. */
export interface SettingsStore {
  read(): Settings
  /** Fields that are absent or undefined stay as they are. */
  update(change: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Settings
}

/** What is on disk, for what must know it before anything else runs. */
export function readSettings(database: DatabaseSync): Settings {
  return readKept(database) ?? Settings.parse({})
}

/** Null where it cannot be read. */
function readKept(database: DatabaseSync): Settings | null {
  const row = database.prepare('SELECT value FROM settings WHERE id = 1').get()
  try {
    return Settings.parse(row === undefined ? {} : JSON.parse(String(row['value'])))
  } catch {
    return null
  }
}

export function openSettings(database: DatabaseSync, events: EventLog): SettingsStore {
  const write = database.prepare(
    'INSERT INTO settings (id, value) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value',
  )
  const kept = readKept(database)
  let settings = kept ?? Settings.parse({})
  if (kept === null) events.commit([notice('settings-unreadable')])
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
