import { writeFileSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TarEntry } from '../../storage/tar/read-entries.ts'
import { endOfTar, headOf } from '../../storage/tar/write-entry.ts'
import { type ArchiveBench, openArchiveBench } from '../../testing/archive/archive-bench.ts'
import { createArchiveHandlers } from '../archive-handlers.ts'
import { writeBundleFile } from './bundle-file.ts'
import type { Manifest } from './manifest.ts'
import { type PartSource, writeParts } from './parts.ts'
import { openSigning } from './signing.ts'

let bench: ArchiveBench
const { signal } = new AbortController()

beforeAll(async () => {
  bench = await openArchiveBench()
  await bench.addSandbox({ name: 'model' })
})
afterAll(() => bench.close())

const node = {
  link: '',
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  major: 0,
  minor: 0,
  attributes: [],
  size: 0,
  stored: 0,
  parts: null,
}
const entry = (path: string, type: string, more: Partial<TarEntry> = {}): Buffer =>
  headOf({ ...node, path, type, ...more }, { sparse: true })

async function* of(...pieces: readonly Buffer[]) {
  yield* pieces
}

const root = entry('', '5')
const layerOf = (...pieces: readonly Buffer[]) => Buffer.concat([root, ...pieces, endOfTar])

interface Hostile {
  readonly manifest?: Partial<Manifest>
  readonly layer?: Buffer
  readonly about?: unknown
  readonly parts?: (layer: PartSource) => readonly PartSource[]
}

let number = 0

/** A bundle that is what its checksums say, signed by this machine, and means harm. */
async function writeHostile({
  manifest = {},
  layer = layerOf(),
  about = { sockets: [] },
  parts,
}: Hostile): Promise<string> {
  const { folder, images, records } = bench.services
  const image = images.find('busybox')
  const base = records.all().find(({ sandbox }) => sandbox.name === 'model')
  const whole: Manifest = {
    ...{
      name: 'evil',
      createdAt: '2026-01-01T00:00:00.000Z',
      byVersion: '1',
      fromHost: 'h',
      note: '',
      source: 'sandbox:evil',
    },
    image: {
      ...{
        digest: image.digest,
        name: 'busybox',
        architecture: image.architecture,
        createdAt: null,
        config: image.config,
      },
      ...{ contentBytes: image.contentBytes, included: false },
    },
    ...{ spec: base!.sandbox.spec, argv: ['sh'], chain: ['layer-0'], parentId: null, snapshots: [], packages: 0 },
    layers: [{ key: 'layer-0', bytes: 100, entries: 10 }],
    ...manifest,
  }
  const one: PartSource = { name: 'layer-0', about, content: of(layer) }
  async function* all() {
    yield* parts?.(one) ?? [one]
  }
  const path = join(bench.base, `evil-${number++}.joey`)
  const { sign } = openSigning(join(folder.home, 'signing'))
  writeFileSync(path, '')
  await writeBundleFile({ path, content: writeParts(whole, all()), passphrase: undefined, sign, signal })
  return path
}

async function attempt(hostile: Hostile): Promise<string> {
  const { inspectBundle, importBundle } = createArchiveHandlers(bench.services)
  const path = await writeHostile(hostile)
  const reason = ({ wire, message }: { wire?: { reason: string }; message: string }) => wire?.reason ?? message
  try {
    const { consent, requests } = await inspectBundle({ path }, signal)
    const agreed = requests.map(({ id }) => id)
    await importBundle({ path, consent, agreed, start: false, name: `got-${number}` }, signal)
    return 'imported'
  } catch (error) {
    return reason(error as Error)
  }
}

async function everything() {
  const { folder, records } = bench.services
  const list = (name: string) => readdir(join(folder.home, name)).catch(() => [])
  return [await list('layers'), await list('archive/staging'), records.all().length]
}

const link = (path: string, target: string) => entry(path, '2', { link: target })
const socket = { mode: 0o755, uid: 0, gid: 0, modified: '0' }
const cases: readonly (readonly [string, Hostile, string])[] = [
  ['a file through a link', { layer: layerOf(link('a', '/tmp'), entry('a/escaped', '0')) }, 'bundle-disordered'],
  ['a path that climbs', { layer: layerOf(entry('../escaped', '0')) }, 'bundle-path-invalid'],
  ['a stream without an end', { layer: Buffer.concat([root]) }, 'archive-truncated'],
  ['no tar at all', { layer: Buffer.alloc(2000, 7) }, 'archive-damaged'],
  [
    'a socket through a link',
    { layer: layerOf(link('a', '/tmp')), about: { sockets: [{ ...socket, path: 'a/escaped' }] } },
    'bundle-path-invalid',
  ],
  [
    'a socket in place of a file',
    { layer: layerOf(entry('a', '0')), about: { sockets: [{ ...socket, path: 'a' }] } },
    'bundle-path-invalid',
  ],
  ['a layer that is missing', { parts: () => [] }, 'bundle-damaged'],
  [
    'a layer that is not in the manifest',
    { parts: (layer) => [layer, { ...layer, name: 'layer-1', content: of(layerOf()) }] },
    'bundle-damaged',
  ],
  [
    'an image that is not in the manifest',
    { parts: (layer) => [{ name: 'image', about: {}, content: of(layerOf()) }, layer] },
    'bundle-damaged',
  ],
  ['a chain of nothing', { manifest: { chain: ['layer-7'] } }, 'bundle-damaged'],
  ['a parent that is nobody', { manifest: { parentId: 'aaaaaaaaaaaa' } }, 'bundle-damaged'],
  [
    'more than there is room for',
    { manifest: { layers: [{ key: 'layer-0', bytes: 2 ** 50, entries: 1 }] } },
    'bundle-has-problems',
  ],
  [
    'more files than may be',
    { manifest: { layers: [{ key: 'layer-0', bytes: 1, entries: 9_000_000 }] } },
    'bundle-has-problems',
  ],
]

test.each(cases)('%s is refused, and leaves nothing', async (_name, hostile, reason) => {
  const before = await everything()
  expect(await attempt(hostile)).toBe(reason)
  expect(await everything()).toEqual(before)
  await expect(lstat('/tmp/escaped')).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a file of much nothing takes no room', async () => {
  const size = 2 ** 42
  const sparse = entry('a', '0', { size, stored: 0, parts: [{ start: size, length: 0 }] })
  expect(await attempt({ layer: layerOf(sparse) })).toBe('imported')
}, 60_000)
