import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../base/process/run.ts'
import { createLimitedDisks, type LimitedDisks } from './limited-disks.ts'

const mebibyte = 2 ** 20
const { signal } = new AbortController()
const log = { error: vi.fn(), warn: vi.fn() }

let home: string
let place: { readonly folder: string }
let disks: LimitedDisks
const opened: LimitedDisks[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-limited-'))
  place = { folder: join(home, 'sandboxes', 'aaaa0000bbbb') }
  mkdirSync(place.folder, { recursive: true })
  disks = another()
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
  await vi.waitUntil(async () => (await loopsOfTest()).length === 0)
  rmSync(home, { recursive: true, force: true })
})

/** As an agent that starts later. */
function another(): LimitedDisks {
  const made = createLimitedDisks({ folder: join(home, 'run', 'limited'), run, log })
  opened.push(made)
  return made
}

const point = () => join(home, 'run', 'limited', 'aaaa0000bbbb')
const file = () => join(place.folder, 'limited.ext4')
const plain = (name = 'upper') => join(place.folder, name)

async function loopsOfTest(): Promise<string[]> {
  const { stdout } = await run('losetup', ['--noheadings', '--output', 'BACK-FILE'])
  return stdout.split('\n').filter((line) => line.includes(home))
}

function mountsOfTest(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(home))
}

/** Until there is no more room: how much went in, and the kernel's word for the end. */
function fill(path: string): { readonly bytes: number; readonly code: string } {
  writeFileSync(path, '')
  const block = Buffer.alloc(mebibyte, 1)
  for (let bytes = 0; ; bytes += mebibyte) {
    try {
      writeFileSync(path, block, { flag: 'a' })
    } catch (error) {
      return { bytes, code: (error as NodeJS.ErrnoException).code ?? '' }
    }
  }
}

test('a limited layer takes what it may hold and no more, and next to nothing while it is empty', async () => {
  await disks.shape(place, 64 * mebibyte, signal)
  expect(statSync(file()).size).toBe(64 * mebibyte)
  expect(statSync(file()).blocks * 512).toBeLessThan(4 * mebibyte)
  expect(statSync(file()).mode & 0o777).toBe(0o600)

  const { bytes, code } = fill(join(point(), 'full'))

  expect(code).toBe('ENOSPC')
  expect(bytes).toBeGreaterThan(40 * mebibyte)
  expect(bytes).toBeLessThan(64 * mebibyte)
})

test('many empty files are bounded as well', async () => {
  await disks.shape(place, 64 * mebibyte, signal)
  mkdirSync(join(point(), 'many'))
  let made = 0
  const make = () => {
    for (; made < 100_000; made += 1) closeSync(openSync(join(point(), 'many', `${made}`), 'wx'))
  }

  expect(make).toThrow('ENOSPC')
  expect(made).toBeGreaterThan(3_000)
})

test('what was written as a folder goes to the disk and back, marks of deletions and all', async () => {
  mkdirSync(join(plain(), 'etc'), { recursive: true })
  writeFileSync(join(plain(), 'etc', 'kept'), 'kept')
  await run('mknod', [join(plain(), 'gone'), 'c', '0', '0'])
  await run('setfattr', ['-n', 'trusted.overlay.opaque', '-v', 'y', join(plain(), 'etc')])
  mkdirSync(plain('work'))

  await disks.shape(place, 64 * mebibyte, signal)

  expect(readdirSync(place.folder)).toEqual(['limited.ext4'])
  const there = join(point(), 'upper')
  expect(readFileSync(join(there, 'etc', 'kept'), 'utf8')).toBe('kept')
  expect(statSync(join(there, 'gone'))).toMatchObject({ rdev: 0 })
  expect(await opaqueOf(join(there, 'etc'))).toBe('y')

  await disks.shape(place, null, signal)

  expect(readFileSync(join(plain(), 'etc', 'kept'), 'utf8')).toBe('kept')
  expect(await opaqueOf(join(plain(), 'etc'))).toBe('y')
  expect(existsSync(file())).toBe(false)
  expect(await readdir(join(home, 'run', 'limited'))).toEqual(['mounted'])
})

async function opaqueOf(path: string): Promise<string> {
  return (await run('getfattr', ['--only-values', '-n', 'trusted.overlay.opaque', path])).stdout
}

test('what does not fit stays as it was, and is refused', async () => {
  mkdirSync(plain())
  writeFileSync(join(plain(), 'large'), Buffer.alloc(80 * mebibyte, 1))

  await expect(disks.shape(place, 64 * mebibyte, signal)).rejects.toMatchObject({
    wire: { reason: 'disk-limit-below-use', params: { wanted: 64 } },
  })

  expect(readdirSync(place.folder)).toEqual(['upper'])
  expect(statSync(join(plain(), 'large')).size).toBe(80 * mebibyte)
  expect(mountsOfTest().filter((line) => line.includes('ext4'))).toEqual([])
})

test('a full disk gets more room at rest', async () => {
  await disks.shape(place, 64 * mebibyte, signal)
  const before = fill(join(point(), 'full'))
  await disks.shape(place, 20 * 1024 * mebibyte, signal)

  writeFileSync(join(point(), 'more'), Buffer.alloc(40 * mebibyte, 1))

  expect((await disks.sizeOf(place))?.bytes).toBe(20 * 1024 * mebibyte)
  expect(statSync(join(point(), 'full')).size).toBeGreaterThanOrEqual(before.bytes)
})

test('a disk is made smaller at rest, but not below what is in it', async () => {
  await disks.shape(place, 512 * mebibyte, signal)
  writeFileSync(join(point(), 'content'), Buffer.alloc(100 * mebibyte, 1))

  await expect(disks.shape(place, 64 * mebibyte, signal)).rejects.toMatchObject({
    wire: { reason: 'disk-limit-below-use' },
  })
  await disks.shape(place, 256 * mebibyte, signal)

  expect(statSync(file()).size).toBe(256 * mebibyte)
  expect(statSync(join(point(), 'content')).size).toBe(100 * mebibyte)
})

test('what is deleted on it is given back to this machine', async () => {
  await disks.shape(place, 256 * mebibyte, signal)
  writeFileSync(join(point(), 'content'), Buffer.alloc(100 * mebibyte, 1))
  await run('sync', ['--file-system', point()])
  expect(statSync(file()).blocks * 512).toBeGreaterThan(90 * mebibyte)

  rmSync(join(point(), 'content'))
  await run('sync', ['--file-system', point()])

  await expect.poll(() => statSync(file()).blocks * 512, { timeout: 30_000 }).toBeLessThan(20 * mebibyte)
})

test('whoever holds a mount of it since before shares its one loop device', async () => {
  await disks.shape(place, 64 * mebibyte, signal)
  // As the mount namespace of a sandbox that an agent before this one has started.
  const held = join(home, 'held')
  mkdirSync(held)
  await run('mount', ['--bind', point(), held])
  try {
    await disks.close()
    disks = another()
    await disks.openAll([place])
    writeFileSync(join(held, 'seen'), 'by both')

    expect(readFileSync(join(point(), 'seen'), 'utf8')).toBe('by both')
    expect(await loopsOfTest()).toHaveLength(1)
  } finally {
    await run('umount', [held])
  }
})

test('a removal leaves no disk, no mount and no loop device', async () => {
  await disks.shape(place, 64 * mebibyte, signal)
  await disks.remove(place)
  await disks.remove(place)

  expect(readdirSync(place.folder)).toEqual([])
  expect(mountsOfTest().filter((line) => line.includes('ext4'))).toEqual([])
  await expect.poll(loopsOfTest).toEqual([])
})

test('one that cannot be mounted keeps none of the others from it', async () => {
  await disks.shape(place, 64 * mebibyte, signal)
  await disks.close()
  const other = { folder: join(home, 'sandboxes', 'cccc0000dddd') }
  mkdirSync(other.folder)
  writeFileSync(join(other.folder, 'limited.ext4'), 'no file system')
  disks = another()

  await disks.openAll([other, place])

  expect(log.error).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ id: 'cccc0000dddd' }),
    'the disk of a sandbox could not be mounted',
  )
  expect((await disks.sizeOf(place))?.used).toBeGreaterThan(0)
})
