import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { createEventLog } from './event-log.ts'
import { openSettings } from './settings-store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function open() {
  const database = openDatabase(join(folder, 'joey.db'))
  const events = createEventLog(database, () => new Date(0))
  return { database, events, settings: openSettings(database, events) }
}

test('what was chosen is there after a restart, and what was not has its default', () => {
  const first = open()
  first.settings.update({ defaultClass: 'gvisor', selfTestEveryHours: undefined })
  first.database.close()
  const second = open()
  expect(second.settings.read()).toEqual({
    defaultClass: 'gvisor',
    selfTestAfterChange: false,
    selfTestEveryHours: null,
    patchGvisorToSave: false,
    defaultMemoryPercent: 50,
    defaultDiskBytes: null,
    pauseDiskWriters: true,
    totalMemoryPercent: 80,
    microvmKernel: null,
    searchRegistry: null,
    imageAliases: [],
    insecureRegistries: [],
    registryHosts: [],
    registryCertificates: null,
    registryProxy: null,
  })
  second.database.close()
})

test('a change is one event, and no change is none', () => {
  const { database, events, settings } = open()
  settings.update({ selfTestEveryHours: 24 })
  settings.update({ selfTestEveryHours: 24 })
  expect(events.since(0)).toMatchObject([{ type: 'settings.changed', settings: { selfTestEveryHours: 24 } }])
  database.close()
})

test('settings that cannot be read are reported, and those of a new installation hold', () => {
  const first = open()
  first.settings.update({ defaultClass: 'gvisor' })
  first.database.exec(`UPDATE settings SET value = '{"defaultClass":'`)
  first.database.close()
  const { database, events, settings } = open()
  expect(settings.read().defaultClass).toBe('container')
  expect(events.since(1)).toMatchObject([{ type: 'notice', reason: 'settings-unreadable' }])
  settings.update({ defaultClass: 'microvm' })
  database.close()
  const last = open()
  expect(last.settings.read().defaultClass).toBe('microvm')
  last.database.close()
})
