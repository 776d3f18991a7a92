import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { finishReplacing, replaceContent } from './replace-content.ts'
import { type VolumePlaces, volumePlaces } from './volume-places.ts'

let home: string
let places: VolumePlaces
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-replace-'))
  places = volumePlaces(home, 'aaaaaaaaaaaa')
  mkdirSync(places.data, { recursive: true })
  writeFileSync(join(places.data, 'old'), 'old')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const free = { run, requireFree: () => {} }
const make = async (folder: string): Promise<void> => writeFileSync(join(folder, 'new'), 'new')
const content = () => [readdirSync(places.folder), readdirSync(places.data)]

test('all of the content is another one afterwards, and nothing else is left', async () => {
  await replaceContent('data', free, places, { replace: true, make })
  expect(content()).toEqual([['data'], ['new']])
})

test('a volume that holds something is replaced by a yes only', async () => {
  const refused = replaceContent('data', free, places, { replace: false, make })
  await expect(refused).rejects.toMatchObject({ wire: { reason: 'volume-not-empty' } })
  rmSync(join(places.data, 'old'))
  await replaceContent('data', free, places, { replace: false, make })
  expect(content()).toEqual([['data'], ['new']])
})

test.each([
  ['what makes it fails', 1, async () => Promise.reject(new Error('broken'))],
  ['somebody uses the volume meanwhile', 2, make],
])('the volume stays as it was where %s', async (_what, refusedAt, maker) => {
  let asked = 0
  const requireFree = (): void => {
    asked += 1
    if (asked === 2 && refusedAt === 2) throw new Error('in use')
  }
  const replacing = replaceContent('data', { run, requireFree }, places, { replace: true, make: maker })
  await expect(replacing).rejects.toThrow(/broken|in use/)
  expect(content()).toEqual([['data'], ['old']])
})

test('after a death before the change the volume is as it was', async () => {
  mkdirSync(places.next)
  await finishReplacing(run, places)
  expect(content()).toEqual([['data'], ['old']])
})

test('after a death within the change the new content is there', async () => {
  mkdirSync(places.next)
  writeFileSync(join(places.next, 'new'), 'new')
  await run('mv', [places.data, places.old])
  await finishReplacing(run, places)
  expect(content()).toEqual([['data'], ['new']])
  expect(existsSync(places.old)).toBe(false)
})
