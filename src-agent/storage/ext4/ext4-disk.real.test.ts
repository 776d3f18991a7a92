import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
const mebibyte = 2 ** 20
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

test('a disk of a wished size has that size, or is refused where what shall be on it is more', async () => {
  const [upper, disk] = [join(home, 'content'), join(home, 'wished')]
  const bytes = 64 * mebibyte
  mkdirSync(upper)
  writeFileSync(join(upper, 'large'), Buffer.alloc(50 * mebibyte, 1))
  await converter.makeDisk({ disk, from: { upper }, bytes, signal })
  expect(statSync(disk).size).toBe(bytes)
  rmSync(disk)
  writeFileSync(join(upper, 'larger'), Buffer.alloc(30 * mebibyte, 1))
  await expect(converter.makeDisk({ disk, from: { upper }, bytes, signal })).rejects.toMatchObject({
    wire: { reason: 'disk-limit-below-use', params: { wanted: 64 } },
  })
  rmSync(upper, { recursive: true })
  expect(await readdir(home)).toEqual([])
})
