import { readdir, readFile, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Task } from '#contract/image'
import { run } from '../../base/process/run.ts'
import {
  dockerArchive,
  dockerEntries,
  ociEntries,
  ociEntriesOfDocker,
  ociEntriesOfPlatforms,
  smallLayer,
  type TestImage,
} from '../../testing/images/image-builder.ts'
import { openBench, readErofs, runInErofs, type StoreBench } from '../../testing/images/store-bench.ts'
import { type Entry, sha256, tarFile, xz } from '../../testing/images/tar-builder.ts'
import { hostArchitecture } from './plan-images.ts'

let bench: StoreBench

beforeEach(async () => {
  bench = await openBench()
})
afterEach(async () => {
  await bench.close()
})

const { signal } = new AbortController()
const importPath = (path: string, name?: string) =>
  bench.store.import({ path, signal, onProgress: () => {}, ...(name !== undefined && { name }) })
const textIn = async (digest: string) => (await readErofs(bench.fileOf(digest))).get('etc/text')?.content

describe('what is imported', () => {
  test('an archive of docker, with its names and its configuration', async () => {
    const config = {
      ...{ Entrypoint: ['/bin/app'], Cmd: ['--fast'], Env: ['A=b', 'odd'], WorkingDir: 'srv', User: 'www' },
      ...{ StopSignal: 'SIGINT', ExposedPorts: { '80/tcp': {} }, Labels: { made: 'here' }, Unknown: 1 },
    }
    const tags = ['test/image:1', 'docker.io/library/other']
    const [image] = await bench.importFile(dockerArchive({ layers: [smallLayer()], tags, config }))
    expect(image).toMatchObject({
      names: ['other:latest', 'test/image:1'],
      architecture: hostArchitecture,
      createdAt: '2024-05-06T07:08:09.123456789Z',
      builtIn: false,
      config: {
        ...{ entrypoint: ['/bin/app'], command: ['--fast'], env: ['A=b'], cwd: '/srv', user: 'www' },
        ...{ stopSignal: 'SIGINT', exposedPorts: ['80/tcp'], labels: { made: 'here' } },
      },
    })
    expect(await textIn(image!.digest)).toBe(sha256('hello'))
    expect(bench.store.accounts(image!.digest)).toEqual({
      passwd: 'root:x:0:0:root:/root:/bin/sh\n',
      group: 'root:x:0:\n',
    })
    expect(bench.changed).toEqual([image])
    expect(await bench.leftovers()).toEqual([basename(bench.fileOf(image!.digest))])
  })

  test.each([
    ['gzip', (archive: Buffer) => gzipSync(archive)],
    ['zstd', (archive: Buffer) => zstdCompressSync(archive)],
    ['xz', xz],
  ])('an archive compressed whole with %s is the same image as the plain one', async (_kind, compress) => {
    const archive = dockerArchive({ layers: [smallLayer()] })
    const [plain] = await bench.importFile(archive)
    const [packed] = await bench.importFile(await compress(archive))
    expect(packed!.digest).toBe(plain!.digest)
  })

  test.each([
    ['an archive of docker', (image: TestImage) => dockerArchive(image)],
    ['a compressed one', (image: TestImage) => dockerArchive({ ...image, gzip: true })],
    ['an archive in the OCI layout', (image: TestImage) => tarFile(ociEntries([image]))],
    ['one with media types of docker', (image: TestImage) => tarFile(ociEntriesOfDocker(image))],
  ])('entrypoint and command that are one text each are lists of one, from %s', async (_kind, archive) => {
    const config = { Entrypoint: '/bin/app -x', Cmd: '', Env: ['A=b'] }
    const [image] = await bench.importFile(archive({ layers: [smallLayer(), smallLayer('two')], config }))
    expect(image!.config).toMatchObject({ entrypoint: ['/bin/app -x'], command: [''], env: ['A=b'] })
    expect(await textIn(image!.digest)).toBe(sha256('two'))
    expect(await bench.leftovers()).toEqual([basename(bench.fileOf(image!.digest))])
  })

  test('layers that are compressed within the archive', async () => {
    const [image] = await bench.importFile(dockerArchive({ layers: [smallLayer()], gzip: true }))
    expect(await textIn(image!.digest)).toBe(sha256('hello'))
  })

  test('several images in one archive, one of them without names', async () => {
    const images = await bench.importFile(
      dockerArchive({ layers: [smallLayer('one')], tags: ['one:1'] }, { layers: [smallLayer('two')], tags: null }),
    )
    expect(images.map(({ names }) => names)).toEqual([['one:1'], []])
    expect(await Promise.all(images.map(({ digest }) => textIn(digest)))).toEqual([sha256('one'), sha256('two')])
  })

  test('an archive of newer docker, which is both forms at once, by its whole names', async () => {
    const image = { layers: [smallLayer()] }
    const oci = ociEntries([image], { 'org.opencontainers.image.ref.name': 'latest' })
    const manifest = JSON.parse(String(oci.find(({ content }) => String(content).includes('"layers":['))!.content)) as {
      config: { digest: string }
      layers: { digest: string }[]
    }
    const path = ({ digest }: { digest: string }) => `blobs/sha256/${digest.slice(7)}`
    const docker = [{ Config: path(manifest.config), RepoTags: ['web:2'], Layers: manifest.layers.map(path) }]
    const [imported] = await bench.importFile(
      tarFile([...oci, { name: 'manifest.json', content: JSON.stringify(docker) }]),
    )
    expect(imported!.names).toEqual(['web:2'])
    expect(await textIn(imported!.digest)).toBe(sha256('hello'))
  })

  test('an OCI archive and an OCI layout are the same image, and are stored once', async () => {
    const entries = ociEntries([{ layers: [smallLayer()] }], { 'org.opencontainers.image.ref.name': 'team/web:1.2' })
    const [fromArchive] = await bench.importFile(tarFile(entries))
    const [fromFolder] = await importPath(await bench.writeLayout('layout', entries), 'mine')
    expect(fromArchive!.names).toEqual(['team/web:1.2'])
    expect(fromFolder).toMatchObject({ digest: fromArchive!.digest, names: ['mine:latest', 'team/web:1.2'] })
    expect(await bench.leftovers()).toHaveLength(1)
  })

  test('an OCI archive with the media types of docker', async () => {
    const [image] = await bench.importFile(tarFile(ociEntriesOfDocker({ layers: [smallLayer()] })))
    expect(await textIn(image!.digest)).toBe(sha256('hello'))
  })

  test('several images in one OCI archive', async () => {
    const images = await bench.importFile(
      tarFile(ociEntries([{ layers: [smallLayer('one')] }, { layers: [smallLayer('two')] }])),
    )
    expect(await Promise.all(images.map(({ digest }) => textIn(digest)))).toEqual([sha256('one'), sha256('two')])
  })

  test('archives that skopeo writes', async () => {
    const layout = await bench.writeLayout(
      'layout',
      ociEntries([{ layers: [smallLayer()] }], { 'org.opencontainers.image.ref.name': 'a' }),
    )
    for (const kind of ['docker-archive', 'oci-archive']) {
      const path = join(layout, '..', kind)
      await run('skopeo', ['--insecure-policy', 'copy', '-q', `oci:${layout}:a`, `${kind}:${path}:team/web:3`])
      const [image] = await importPath(path)
      expect(image!.names).toContain('team/web:3')
      expect(await textIn(image!.digest)).toBe(sha256('hello'))
    }
  })

  test('of several platforms the one of this machine', async () => {
    const images = [
      { layers: [smallLayer('other')], platform: 'linux/other', outer: { architecture: 'other' } },
      { layers: [smallLayer('own')], platform: `linux/${hostArchitecture}` },
    ]
    const [image] = await bench.importFile(tarFile(ociEntriesOfPlatforms(images)))
    expect(await textIn(image!.digest)).toBe(sha256('own'))
  })

  test('a layout may lie behind a link, with a colon in its path', async () => {
    const layout = await bench.writeLayout('odd:name', ociEntries([{ layers: [smallLayer()] }]))
    const link = join(layout, '..', 'link')
    await symlink(layout, link)
    expect(await importPath(link, 'x')).toHaveLength(1)
  })

  test('a name given moves from the image that had it, which lives on without', async () => {
    const [first] = await bench.importFile(dockerArchive({ layers: [smallLayer('one')] }), 'web')
    const [second] = await bench.importFile(dockerArchive({ layers: [smallLayer('two')] }), 'web')
    expect(bench.store.find('web').digest).toBe(second!.digest)
    expect(bench.store.find(first!.digest).names).toEqual([])
  })
})

const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex')
const longName = `long/${'n'.repeat(200)}/${'m'.repeat(254)}`
const lower: Entry[] = [
  { name: './', type: '5', mode: 0o755 },
  { name: 'bin/', type: '5', mode: 0o755 },
  { name: 'bin/su', mode: 0o4755, content: 'setuid', uid: 0, mtime: 1_500_000_001 },
  { name: 'bin/ping', mode: 0o755, content: 'ping', pax: { 'SCHILY.xattr.security.capability': capability } },
  { name: 'bin/same', type: '1', link: 'bin/ping' },
  { name: 'bin/sh', type: '2', link: '/bin/su', mode: 0o777 },
  { name: 'owned', uid: 12_345, gid: 54_321, mode: 0o640, pax: { 'SCHILY.xattr.user.note': 'kept' } },
  { name: 'tmp/', type: '5', mode: 0o1777 },
  { name: 'dev/', type: '5', mode: 0o755 },
  { name: 'dev/null', type: '3', device: [1, 3], mode: 0o666 },
  { name: 'pipe', type: '6', mode: 0o600 },
  { name: longName, content: 'deep' },
  { name: Buffer.from('bytes-\xff\xfe', 'latin1'), content: 'not UTF-8' },
  { name: 'gone/', type: '5', mode: 0o755 },
  { name: 'gone/a', content: 'a' },
  { name: 'kept/', type: '5', mode: 0o755 },
  { name: 'kept/old', content: 'old' },
  { name: 'kept/removed', content: 'removed' },
  { name: 'opaque/', type: '5', mode: 0o755 },
  { name: 'opaque/below', content: 'below' },
  { name: 'becomes-folder', content: 'file' },
]
const upper: Entry[] = [
  { name: '.wh.gone' },
  { name: 'kept/', type: '5', mode: 0o711 },
  { name: 'kept/.wh.removed' },
  { name: 'opaque/', type: '5', mode: 0o755 },
  { name: 'opaque/.wh..wh..opq' },
  { name: 'opaque/above', content: 'above' },
  { name: 'becomes-folder/', type: '5', mode: 0o755 },
  { name: 'becomes-folder/inside', content: 'inside' },
]

test('the tree is kept: modes, owners, times, attributes, links, devices, odd names, whiteouts', async () => {
  const [image] = await bench.importFile(dockerArchive({ layers: [tarFile(lower), tarFile(upper)] }))
  const seen = await readErofs(bench.fileOf(image!.digest))
  expect(seen.get('bin/su')).toMatchObject({ mode: 0o4755, content: sha256('setuid'), mtime: 1_500_000_001 })
  const pinged = [seen.get('bin/ping'), seen.get('bin/same')]
  expect(pinged.map((file) => file?.type)).toEqual(expect.arrayContaining(['file', 'link']))
  expect(pinged.find((file) => file?.type === 'file')?.pax['SCHILY.xattr.security.capability']).toBe(
    capability.toString('utf8'),
  )
  expect(seen.get('bin/sh')).toMatchObject({ type: 'symlink', linkname: '/bin/su' })
  expect(seen.get('owned')).toMatchObject({ uid: 12_345, gid: 54_321, mode: 0o640 })
  expect(seen.get('owned')?.pax).toMatchObject({ 'SCHILY.xattr.user.note': 'kept' })
  expect(seen.get('tmp')).toMatchObject({ type: 'directory', mode: 0o1777 })
  expect(seen.get('dev/null')).toMatchObject({ type: 'character-device', devmajor: 1, devminor: 3 })
  expect(seen.get('pipe')).toMatchObject({ type: 'fifo' })
  expect(seen.get(longName)).toMatchObject({ content: sha256('deep') })
  const bytes = await runInErofs(bench.fileOf(image!.digest), 'printf %s bytes-* | od -An -tx1')
  expect(bytes.trim()).toBe('62 79 74 65 73 2d ff fe')
  expect([...seen.keys()].filter((name) => /^gone|removed|below|\.wh\./.test(name))).toEqual([])
  expect(seen.get('kept')).toMatchObject({ mode: 0o711 })
  expect(seen.get('kept/old')).toMatchObject({ content: sha256('old') })
  expect(seen.get('opaque/above')).toMatchObject({ content: sha256('above') })
  expect(seen.get('becomes-folder/inside')).toMatchObject({ content: sha256('inside') })
})

test('links that climb above the root end at the root of the image, and so does what lies behind them', async () => {
  const [image] = await bench.importFile(
    dockerArchive({
      layers: [
        tarFile([
          { name: 'etc/', type: '5', mode: 0o755 },
          { name: 'etc/certs', content: 'certs' },
          { name: 'opt/jdk/cacerts', type: '2', link: '../../../../../etc/certs' },
          { name: 'hard', type: '1', link: '../../../etc/certs' },
          { name: 'absolute', type: '1', link: '/etc/certs' },
          { name: 'var/lock', type: '2', link: '/etc' },
          { name: 'var/lock/by-absolute', content: 'behind' },
          { name: 'up', type: '2', link: '../../../../etc' },
          { name: 'up/by-climbing', content: 'behind' },
        ]),
      ],
    }),
  )
  const seen = await readErofs(bench.fileOf(image!.digest))
  expect(seen.get('opt/jdk/cacerts')).toMatchObject({ type: 'symlink', linkname: '../../../../../etc/certs' })
  const certs = ['etc/certs', 'hard', 'absolute'].map((name) => seen.get(name))
  expect(certs.filter((file) => file?.content === sha256('certs') || file?.type === 'link')).toHaveLength(3)
  expect(seen.get('etc/by-absolute')).toMatchObject({ content: sha256('behind') })
  expect(seen.get('etc/by-climbing')).toMatchObject({ content: sha256('behind') })
})

test('layers that are compressed with zstd are taken as those of gzip are', async () => {
  const [image] = await bench.importFile(tarFile(ociEntries([{ layers: [smallLayer('zstd')], zstd: true }])))
  expect([...(await readErofs(bench.fileOf(image!.digest))).values()].map(({ content }) => content)).toContain(
    sha256('zstd'),
  )
})

test('the same archive gives the same file, byte for byte', async () => {
  const archive = dockerArchive({ layers: [tarFile(lower), tarFile(upper)] })
  const [image] = await bench.importFile(archive)
  const before = await readFile(bench.fileOf(image!.digest))
  await bench.store.remove(image!.digest, () => [])
  await bench.importFile(archive)
  expect((await readFile(bench.fileOf(image!.digest))).equals(before)).toBe(true)
})

test.each<[string, Entry, Entry[]?]>([
  ['a passwd that is a link to the host', { name: 'etc/passwd', type: '2', link: '/../../../../../etc/passwd' }],
  ['a passwd that is a FIFO', { name: 'etc/passwd', type: '6' }],
  ['a passwd that is huge', { name: 'etc/passwd', content: Buffer.alloc(1024 * 1024 + 1, 'x') }],
])('%s is read as empty', async (_rule, entry) => {
  const [image] = await bench.importFile(dockerArchive({ layers: [tarFile([entry])] }))
  expect(bench.store.accounts(image!.digest)).toEqual({ passwd: '', group: '' })
})

test.each<Task['phase']>(['checking', 'converting', 'unpacking', 'packing'])(
  'cancelled while %s, nothing is left',
  async (phase) => {
    const noise = Buffer.from(Array.from({ length: 400_000 }, (_value, at) => (at * 2_654_435_761) % 251))
    const layer = tarFile(Array.from({ length: 40 }, (_value, at) => ({ name: `f${at}`, content: noise })))
    const path = await bench.write('archive', gzipSync(dockerArchive({ layers: [layer] }), { level: 1 }))
    const stop = new AbortController()
    const onProgress = (now: Task['phase']): void => {
      if (now === phase) setTimeout(() => stop.abort(), 5)
    }
    const importing = bench.store.import({ path, signal: stop.signal, onProgress })
    await expect(importing).rejects.toMatchObject({ wire: { code: 'cancelled' } })
    expect(await bench.leftovers()).toEqual([])
    expect(bench.records.list()).toEqual([])
  },
)

test('progress never goes back and names each phase', async () => {
  const seen: [string, number | null][] = []
  const path = await bench.write('archive', dockerArchive({ layers: [smallLayer('1')] }, { layers: [smallLayer('2')] }))
  await bench.store.import({ path, signal, onProgress: (phase, progress) => seen.push([phase, progress]) })
  const numbers = seen.map(([, progress]) => progress ?? 0)
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
  expect(numbers.every((value) => value >= 0 && value <= 1)).toBe(true)
  expect(new Set(seen.map(([phase]) => phase))).toEqual(new Set(['checking', 'converting', 'unpacking', 'packing']))
})

test('two imports at once wait for each other, and one that waits can be cancelled', async () => {
  const path = await bench.write('archive', dockerArchive({ layers: [smallLayer()] }))
  const stop = new AbortController()
  const first = importPath(path)
  const second = bench.store.import({ path, signal: stop.signal, onProgress: () => {} })
  stop.abort()
  await expect(second).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  await expect(first).resolves.toHaveLength(1)
  expect(await readdir(join(bench.folder, 'staging'))).toEqual([])
})

test('an archive of docker that shares a layer by a link', async () => {
  const entries = dockerEntries([{ layers: [smallLayer()] }])
  const layer = entries.find(({ name }) => String(name).endsWith('layer.tar'))!
  const moved = entries.map((entry) => (entry === layer ? { ...entry, name: 'shared.tar' } : entry))
  const [image] = await bench.importFile(tarFile([{ name: layer.name, type: '2', link: '../shared.tar' }, ...moved]))
  expect(await textIn(image!.digest)).toBe(sha256('hello'))
})

test.each([
  ['the owner of a file', { name: 'file', uid: 65_536 }, 65_536],
  ['the group of a file', { name: 'file', gid: 70_000 }, 70_000],
  ['an owner in an extended header', { name: 'file', pax: { uid: '3000000000' } }, 3_000_000_000],
  ['the last of a sandbox’s own', { name: 'file', uid: 65_535 }, null],
] as const)('%s is told where a sandbox with ids of its own has it not', async (_what, entry, highest) => {
  await bench.importFile(dockerArchive({ layers: [tarFile([entry])], tags: ['high:1'] }))
  expect(bench.foreignIds).toEqual(highest === null ? [] : [['high:1', highest]])
})
