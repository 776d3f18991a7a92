import { chmod, lchown, link, lutimes, mkdir, open, rename, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { run } from '../../base/process/run.ts'

/** Numbers that look random and come again with the same seed (mulberry32). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Random = (below: number) => number

const oddNames = [
  Buffer.from('plain'),
  Buffer.from('with space'),
  Buffer.from('new\nline'),
  Buffer.from('"quoted" \\ back'),
  Buffer.from('-rf'),
  Buffer.from([0x62, 0x61, 0x64, 0xff, 0xfe, 0x80]),
  Buffer.from('größe-☃'),
  Buffer.from('x'.repeat(240)),
]
const modes = [0o644, 0o600, 0, 0o4755, 0o2755, 0o1777, 0o111]
const owners = [0, 1000, 65_534, 123_456, 4_000_000_000]
const attributes: readonly Record<string, string>[] = [
  {},
  {},
  { 'SCHILY.xattr.user.note': 'hello' },
  { 'SCHILY.xattr.user.a%3Db': 'v=w\n', 'SCHILY.xattr.trusted.mine': '' },
  { 'SCHILY.xattr.user.large': 'L'.repeat(3_000) },
]

/**
 * Fills a new folder as a guest over overlayfs would: files, folders, links, devices, deletions, replaced folders, holes,
 * sockets, odd names, owners, modes and attributes. Few enough entries to take a moment.
 */
export async function makeRandomLayer(layer: string, seed: number): Promise<void> {
  const random = createRandom(seed)
  await mkdir(layer)
  const folders = ['']
  const packed = pack()
  const files: string[] = []
  const count = 15 + random(25)
  for (let index = 0; index < count; index += 1) {
    const path = join(pick(random, folders), `n${index}`)
    addEntry(packed, path, random, { folders, files })
  }
  packed.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of packed) chunks.push(chunk as Buffer)
  const args = ['-x', '-C', layer, '--xattrs', '--xattrs-include=*', '--numeric-owner', '-p', '--warning=no-timestamp']
  await run('tar', args, { input: Buffer.concat(chunks) })
  await addByHand(layer, random, folders, files)
}

type Pack = ReturnType<typeof pack>

function addEntry(packed: Pack, path: string, random: Random, known: { folders: string[]; files: string[] }): void {
  const common = {
    name: path,
    mode: pick(random, modes),
    mtime: new Date(1_000_000_000_000 + random(1_000_000_000) * 1000),
    pax: { ...pick(random, attributes), uid: `${pick(random, owners)}`, gid: `${pick(random, owners)}` } as Record<
      string,
      string
    >,
  }
  const kind = random(10)
  if (kind < 3) {
    known.folders.push(path)
    // A folder that stands for one of the image which was removed and made anew.
    const pax = random(3) === 0 ? { ...common.pax, 'SCHILY.xattr.trusted.overlay.opaque': 'y' } : common.pax
    packed.entry({ ...common, pax, type: 'directory' })
  } else if (kind === 3) packed.entry({ ...common, mode: 0, type: 'character-device', devmajor: 0, devminor: 0 })
  else if (kind === 4)
    packed.entry({ ...common, type: 'block-device', devmajor: random(4096), devminor: random(1_048_576) })
  else if (kind === 5) packed.entry({ ...common, type: 'fifo' })
  else if (kind === 6) packed.entry({ ...common, type: 'symlink', linkname: 'target/'.repeat(1 + random(30)) })
  else {
    known.files.push(path)
    packed.entry({ ...common, type: 'file' }, Buffer.alloc(random(3) * 5_000 + random(100), `${path}`))
  }
}

/** What tar cannot make: holes, sockets, names that are no text, times in nanoseconds. */
async function addByHand(
  layer: string,
  random: Random,
  folders: readonly string[],
  files: readonly string[],
): Promise<void> {
  const inside = (name: string) => join(layer, pick(random, folders), name)
  for (const file of files.slice(0, 3)) await link(join(layer, file), inside(`hard-${random(1e9)}`))
  await makeSparse(inside('sparse'), random)
  await makeSocket(layer, inside('socket'))
  await symlink('/etc/passwd', inside('outside'))
  await symlink('z'.repeat(55 + random(10)), inside('edge-of-inode'))
  await lchown(await symlinkAt(inside('owned')), 12, 34)
  for (const name of oddNames) {
    const plain = inside('renamed')
    await mkdir(plain)
    if (random(2) === 0) await chmod(plain, 0o700)
    const at = plain.slice(0, plain.lastIndexOf('/') + 1)
    await rename(plain, Buffer.concat([Buffer.from(at), name])).catch(() => rm(plain, { recursive: true }))
  }
  await lutimes(layer, 1_600_000_000 + random(1000) / 7, 1_600_000_000 + random(1000) / 7)
}

async function symlinkAt(path: string): Promise<string> {
  await symlink('nowhere', path)
  return path
}

async function makeSparse(path: string, random: Random): Promise<void> {
  const file = await open(path, 'w')
  for (let index = 0; index < random(5); index += 1) {
    await file.write(Buffer.alloc(1 + random(9_000), 7), 0, undefined, random(40) * 100_000)
  }
  await file.truncate(4_100_000 + random(10_000))
  await file.close()
}

async function makeSocket(layer: string, place: string): Promise<void> {
  const temporary = `${layer}.s`
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(temporary, resolve))
  await rename(temporary, place)
  await new Promise((resolve) => server.close(resolve))
}

function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[random(list.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}
