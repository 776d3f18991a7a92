import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { run } from '../../base/process/run.ts'
import { createRandom } from '../../testing/layers/random-layer.ts'
import { writeTar } from '../ext4/disk-to-tar.ts'
import { openExt4 } from '../ext4/ext4.ts'
import { createDiskConverter } from '../ext4/ext4-disk.ts'
import { findTopFolder } from '../ext4/walk.ts'

const converter = createDiskConverter(run)
const { signal } = new AbortController()
const tooMuch = () => new AppError({ code: 'tooLarge', reason: 'disk-overfull', message: 'Too much.' })
let home: string
let model: string
let disk: string
let upper: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'jy-hostile-'))
  model = join(home, 'model')
  const layer = join(home, 'layer')
  mkdirSync(join(layer, 'inner'), { recursive: true })
  writeFileSync(join(layer, 'inner', 'NAMEHERE'), Buffer.alloc(20_000, 1))
  writeFileSync(join(layer, 'inner', 'OTHERONE'), 'x')
  truncateSync(join(layer, 'inner', 'OTHERONE'), 4 * 2 ** 40)
  for (let index = 0; index < 200; index += 1) writeFileSync(join(layer, `file-${index}`), `${index}`)
  await converter.makeDisk({ disk: model, from: { upper: layer }, signal })
})
beforeEach(async () => {
  disk = join(home, 'disk')
  upper = join(home, 'upper')
  await copyDisk(model, disk)
  rmSync(upper, { recursive: true, force: true })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Reads without the check that comes first otherwise, so that the reader itself meets what is wrong. */
async function readRaw(path: string, maxBytes = 2 ** 30): Promise<number> {
  let bytes = 0
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done()
    },
  })
  const file = await open(path)
  try {
    const image = await openExt4(file)
    const top = await findTopFolder(image, 'upper')
    if (top !== null) await writeTar(image, top, out, { maxBytes, tooMuch, signal: AbortSignal.timeout(20_000) })
    return bytes
  } finally {
    await file.close()
  }
}

/** Every place of a text in the first part of the image, where its folders are. */
function replaceText(path: string, text: string, by: string): number {
  const content = readFileSync(path)
  let count = 0
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
    content.write(by, at, 'latin1')
    count += 1
  }
  writeFileSync(path, content)
  return count
}

test.each([
  ['leads upwards', '../../xx'],
  ['begins at the root', '/etc/xxx'],
  ['has a zero', 'NAME\0ERE'],
  ['is there twice', 'OTHERONE'],
])('a name that %s is refused', async (_what, name) => {
  const small = join(home, 'small')
  await shrink(disk, small)
  expect(replaceText(small, 'NAMEHERE', name)).toBeGreaterThan(0)
  await expect(readRaw(small)).rejects.toMatchObject({ wire: { reason: 'disk-damaged' } })
})

test('random damage is refused in a sentence or read, and never hangs or ends the agent', {
  timeout: 60_000,
}, async () => {
  const small = join(home, 'small')
  await shrink(disk, small)
  const whole = readFileSync(small)
  const places = occupied(whole)
  for (let seed = 0; seed < 60; seed += 1) {
    const random = createRandom(seed)
    const damaged = Buffer.from(whole)
    for (let hit = 0; hit <= random(6); hit += 1) damaged[places[random(places.length)] ?? 0] = random(256)
    writeFileSync(small, damaged)
    const error: unknown = await readRaw(small).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error === null || error instanceof AppError, `seed ${seed}: ${String(error)}`).toBe(true)
  }
})

test('a hole of terabytes stays a hole', async () => {
  await converter.readDisk({ disk, upper, signal })
  const { size, blocks } = statSync(join(upper, 'inner', 'OTHERONE'))
  expect(size).toBe(4 * 2 ** 40)
  expect(blocks).toBeLessThan(100)
})

test('more content than allowed ends the copy', async () => {
  await expect(readRaw(disk, 10_000)).rejects.toMatchObject({ wire: { reason: 'disk-overfull' } })
})

test('a disk that was cut off is refused, and leaves nothing behind', async () => {
  truncateSync(disk, 100_000)
  await expect(converter.readDisk({ disk, upper, signal })).rejects.toMatchObject({ wire: { reason: 'disk-damaged' } })
  expect(readdirSync(home)).not.toContain('upper.part')
})

test('the journal of a disk that was torn away is replayed first', async () => {
  await run('debugfs', ['-w', '-R', 'feature needs_recovery', disk])
  await expect(readRaw(disk)).rejects.toMatchObject({ wire: { reason: 'disk-damaged' } })
  await converter.readDisk({ disk, upper, signal })
  expect(readdirSync(upper)).toHaveLength(201)
})

test('a cancelled conversion leaves nothing behind, whichever way', async () => {
  for (const after of [0, 20, 60]) {
    const reading = converter.readDisk({ disk, upper, signal: AbortSignal.timeout(after) })
    await reading.catch((error: unknown) => expect(error).toMatchObject({ wire: { code: 'timeout' } }))
    rmSync(upper, { recursive: true, force: true })
    const made = join(home, 'made')
    const making = converter.makeDisk({
      disk: made,
      from: { upper: join(home, 'layer') },
      signal: AbortSignal.timeout(after),
    })
    await making.catch((error: unknown) => expect(error).toMatchObject({ wire: { code: 'timeout' } }))
    rmSync(made, { force: true })
    expect(readdirSync(home).filter((name) => name.includes('.part'))).toEqual([])
  }
})

test('an existing target is not overwritten', async () => {
  mkdirSync(upper)
  writeFileSync(join(upper, 'mine'), '')
  await expect(converter.readDisk({ disk, upper, signal })).rejects.toThrow()
  expect(existsSync(join(upper, 'mine'))).toBe(true)
})

test('where the room is missing, it is said before anything is made', async () => {
  const tight = join(home, 'tight')
  mkdirSync(tight)
  await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', tight])
  try {
    const refusal = { wire: { reason: 'no-space-to-convert' } }
    const layer = join(home, 'layer')
    writeFileSync(join(tight, 'filler'), Buffer.alloc(7 * 2 ** 20, 1))
    await expect(
      converter.makeDisk({ disk: join(tight, 'disk'), from: { upper: layer }, signal }),
    ).rejects.toMatchObject(refusal)
    await expect(converter.readDisk({ disk, upper: join(tight, 'upper'), signal })).rejects.toMatchObject(refusal)
    expect(readdirSync(tight)).toEqual(['filler'])
  } finally {
    await run('umount', [tight])
  }
})

/** An image of 10 GiB is mostly holes; a small one can be held in memory. */
async function shrink(from: string, to: string): Promise<void> {
  await copyDisk(from, to)
  await run('resize2fs', ['-M', to])
}

async function copyDisk(from: string, to: string): Promise<void> {
  await run('cp', ['--sparse=always', from, to])
}

/** Bytes that are not zero: damage elsewhere meets nothing. */
function occupied(image: Buffer): number[] {
  const places: number[] = []
  for (let at = 1024; at < image.length && places.length < 200_000; at += 1)
    if (image[at] !== 0 && image[at] !== 1) places.push(at)
  return places
}
