import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { finishFilling } from './fill-volume.ts'
import { type VolumePlaces, volumePlaces } from './volume-places.ts'

let home: string
let places: VolumePlaces
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-fill-'))
  places = volumePlaces(home, 'aaaaaaaaaaaa')
  mkdirSync(places.data, { recursive: true })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

test('a copy that was whole is brought to its place, also where half of it was moved before', async () => {
  mkdirSync(join(places.ready, 'folder'), { recursive: true })
  writeFileSync(join(places.ready, 'folder', 'file'), 'copied')
  writeFileSync(join(places.data, 'moved'), 'before')
  await finishFilling(run, places)
  expect(readdirSync(places.data).sort()).toEqual(['folder', 'moved'])
  expect(readFileSync(join(places.data, 'folder', 'file'), 'utf8')).toBe('copied')
  expect(readdirSync(places.folder)).toEqual(['data'])
})

test('a copy that was not whole goes, and the volume stays empty', async () => {
  mkdirSync(places.part)
  writeFileSync(join(places.part, 'half'), 'x')
  await finishFilling(run, places)
  expect(readdirSync(places.data)).toEqual([])
  expect(readdirSync(places.folder)).toEqual(['data'])
})

test('a folder that somebody has filled meanwhile stays theirs', async () => {
  for (const folder of [places.ready, places.data]) mkdirSync(join(folder, 'folder'), { recursive: true })
  writeFileSync(join(places.ready, 'folder', 'file'), 'copied')
  writeFileSync(join(places.data, 'folder', 'theirs'), 'x')
  await finishFilling(run, places)
  expect(readdirSync(join(places.data, 'folder'))).toEqual(['theirs'])
})
