import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { firstWindowState, fitToScreens, readWindowState, writeWindowState } from './window-state.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-state-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]

test('a window comes back where it was', () => {
  const path = join(folder, 'new', 'state.json')
  const state = { x: 10, y: 20, width: 1000, height: 700, maximized: true }

  writeWindowState(path, state)

  expect(readWindowState(path)).toEqual(state)
})

test.each([
  ['nothing', undefined],
  ['half a file', '{"width":'],
  ['a size no window has', '{"width":1,"height":1,"maximized":false}'],
])('%s on record counts as a first start', (_name, content) => {
  const path = join(folder, 'state.json')
  if (content !== undefined) writeFileSync(path, content)

  expect(readWindowState(path)).toEqual(firstWindowState)
})

test('a window on a screen that is gone is centred by the system, with its size kept', () => {
  const state = { x: 3000, y: 20, width: 1000, height: 700, maximized: false }

  expect(fitToScreens(state, screens)).toEqual({ width: 1000, height: 700, maximized: false })
})

test('a window on a present screen stays where it was', () => {
  const state = { x: 300, y: 20, width: 1000, height: 700, maximized: false }

  expect(fitToScreens(state, screens)).toEqual(state)
})
