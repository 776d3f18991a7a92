import { mkdtempSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { describeLayer } from '../../testing/layers/describe-layer.ts'
import { makeRandomLayer } from '../../testing/layers/random-layer.ts'
import { createDiskConverter } from './ext4-disk.ts'

const converter = createDiskConverter(run)
const { signal } = new AbortController()
let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-disk-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('random layers are the same after a way to a disk and back', { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const [layer, disk, back] = ['layer', 'disk', 'back'].map((name) => join(home, `${name}-${seed}`)) as [
      string,
      string,
      string,
    ]
    await makeRandomLayer(layer, seed)
    await converter.makeDisk({ disk, from: { upper: layer }, signal })
    await converter.readDisk({ disk, upper: back, signal })
    expect(await describeLayer(back), `seed ${seed}`).toBe(await describeLayer(layer))
    for (const path of [layer, disk, back]) rmSync(path, { recursive: true })
  }
  expect(await readdir(home)).toEqual([])
})
