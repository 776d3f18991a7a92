import { link, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { type ArchiveBench, openArchiveBench } from '../testing/archive/archive-bench.ts'
import { describeTree, differenceOf } from '../testing/archive/describe-tree.ts'
import { makeRandomLayer } from '../testing/layers/random-layer.ts'
import { createArchiveHandlers } from './archive-handlers.ts'
import { openArchivePlaces } from './archive-places.ts'

let bench: ArchiveBench
let seed = Math.floor(Math.random() * 1e6)
const { signal } = new AbortController()

beforeAll(async () => {
  bench = await openArchiveBench()
})
afterAll(() => bench.close())

const request = { replace: false, withSecrets: true, drop: [] }
const handlers = () => createArchiveHandlers(bench.services)

/** What the kernel makes of the layers over the image. */
async function describeMounted(chain: readonly string[], upper: string): Promise<string> {
  const { images, imageMounts, layers } = bench.services
  const image = await imageMounts.ensure(images.find('busybox').digest)
  const trees = await Promise.all(chain.map((id) => layers.ensureTree(id, signal)))
  const place = join(bench.base, 'mounted')
  await mkdir(place, { recursive: true })
  const lower = [upper, ...trees, ...image].join(':')
  await run('mount', ['-t', 'overlay', '-o', `ro,lowerdir=${lower}`, 'overlay', place])
  try {
    return await describeTree(place)
  } finally {
    await run('umount', [place])
  }
}

/** The parts of an image, as a sandbox has them. */
async function withImage(trees: readonly string[], look: (place: string) => Promise<void>): Promise<void> {
  const place = await mkdtemp(join(bench.base, 'image-'))
  const view =
    trees.length > 1 ? ['-t', 'overlay', '-o', `ro,lowerdir=${trees.join(':')}`, 'overlay'] : ['--bind', ...trees]
  await run('mount', [...view, place])
  try {
    await look(place)
  } finally {
    await run('umount', [place])
  }
}

async function makeSandbox(name: string) {
  seed += 10
  const chain = [
    await bench.addLayer((folder) => makeRandomLayer(folder, seed)),
    await bench.addLayer((folder) => makeRandomLayer(folder, seed + 1)),
  ]
  const id = await bench.addSandbox({ name, layers: chain, fill: (upper) => makeRandomLayer(upper, seed + 2) })
  return { chain, upper: bench.services.folder.sandbox(id).upper }
}

const formats = [
  ['oci-layout', 'oci'],
  ['oci', 'oci-archive'],
  ['docker', 'docker-archive'],
] as const

test.each(formats)('%s is read by other tools as the very tree that the sandbox saw', async (format, transport) => {
  const { chain, upper } = await makeSandbox(format)
  const output = join(bench.base, `${format}.out`)
  const answer = await handlers().exportTree({ ...request, source: `sandbox:${format}`, format, output }, signal)
  expect(answer.messages.join('\n')).toMatch(/sockets? left out/)
  const [copied, unpacked] = [join(bench.base, `${format}.copy`), join(bench.base, `${format}.tree`)]
  await run('skopeo', ['--insecure-policy', 'copy', '-q', `${transport}:${output}`, `oci:${copied}:x`])
  await run('umoci', ['raw', 'unpack', '--image', `${copied}:x`, unpacked])
  const expected = await describeMounted(chain, upper)
  expect(differenceOf(expected, await describeTree(unpacked)), `seed ${seed}`).toEqual([])
  expect(expected.split('\n').length).toBeGreaterThan(200)
})

test('what was exported is imported again as an image with the configuration of the sandbox', async () => {
  const spec = {
    command: ['/bin/sh', '-c', 'true'],
    env: { GREETING: 'hello' },
    ports: [{ hostPort: 0, guestPort: 80 }],
  }
  const fill = async (upper: string) => {
    await mkdir(upper)
    await writeFile(join(upper, 'made'), 'here')
    await run('mknod', [join(upper, 'bin'), 'c', '0', '0'])
  }
  await bench.addSandbox({ name: 'again', spec: { ...spec, labels: { team: 'a' }, cwd: '/tmp', user: '7:8' }, fill })
  const output = join(bench.base, 'again.tar')
  const wish = { ...request, source: 'sandbox:again', format: 'oci' as const, output, name: 'team/again:1' }
  const { sha256, bytes } = await handlers().exportTree(wish, signal)
  const { stdout } = await run('sha256sum', [output])
  expect([stdout.slice(0, 64), (await stat(output)).size]).toEqual([sha256, bytes])
  const { images, imageMounts } = bench.services
  const [image] = await images.import({ path: output, signal, onProgress: () => {} })
  expect(image).toMatchObject({
    names: ['team/again:1'],
    config: { command: spec.command, cwd: '/tmp', user: '7:8', exposedPorts: ['80/tcp'], labels: { team: 'a' } },
  })
  expect(image?.config.env).toContain('GREETING=hello')
  const trees = await imageMounts.ensure(image?.digest ?? '')
  await withImage(trees, async (place) => {
    expect(await readFile(join(place, 'made'), 'utf8')).toBe('here')
    expect(await readdir(place)).not.toContain('bin')
  })
})

test('what an engine has left to mount something of Joey on is in no exported image', async () => {
  const fill = async (upper: string) => {
    for (const name of ['dev/.joey', 'etc']) await mkdir(join(upper, name), { recursive: true })
    for (const name of ['dev/.joey/probe', 'dev/.joey/stat-flags.so', 'etc/ld.so.preload', 'etc/own']) {
      await writeFile(join(upper, name), '')
    }
  }
  await bench.addSandbox({ name: 'places', fill })
  const output = join(bench.base, 'places.tar')
  await handlers().exportTree({ ...request, source: 'sandbox:places', format: 'docker', output }, signal)
  const { images, imageMounts } = bench.services
  const [image] = await images.import({ path: output, signal, onProgress: () => {} })
  await withImage(await imageMounts.ensure(image?.digest ?? ''), async (place) => {
    expect(await readdir(join(place, 'etc'))).toContain('own')
    expect(await readdir(join(place, 'etc'))).not.toContain('ld.so.preload')
    expect(await readdir(join(place, 'dev'))).not.toContain('.joey')
  })
})

test('secrets keep an export back until they are left out or meant to leave', async () => {
  const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`
  const fill = async (upper: string) => {
    await mkdir(join(upper, 'root'), { recursive: true })
    await writeFile(join(upper, 'root/token'), `x\n${token}\n`)
    await link(join(upper, 'root/token'), join(upper, 'root/same'))
    await writeFile(join(upper, 'root/word'), 'word')
  }
  await bench.addSandbox({ name: 'careless', spec: { env: { DB_PASSWORD: 'open-sesame', LANG: 'C' } }, fill })
  const found = await handlers().scanSecrets({ source: 'sandbox:careless' }, signal)
  expect(found.findings.map(({ where, path, line }) => [where, path, line])).toEqual([
    ['environment', 'DB_PASSWORD', null],
    ['file', '/root/same', 2],
  ])
  expect(JSON.stringify(found)).not.toContain(token)
  const output = join(bench.base, 'careless.tar')
  const wish = { ...request, withSecrets: false, source: 'sandbox:careless', format: 'docker' as const, output }
  await expect(handlers().exportTree(wish, signal)).rejects.toMatchObject({
    wire: { reason: 'secrets-found', params: { count: 2 } },
  })
  const drop = found.findings.map(({ id }) => id)
  const { messages } = await handlers().exportTree({ ...wish, drop }, signal)
  expect(messages.join(' ')).toMatch(/2 files with secrets left out.*DB_PASSWORD/)
  const { stdout } = await run('tar', ['-x', '-O', '-f', output], { maxOutputBytes: 2 ** 28 })
  expect(stdout).toContain('word')
  expect(stdout).not.toContain(token)
  expect(stdout).not.toContain('open-sesame')
  await handlers().exportTree({ ...wish, withSecrets: true, replace: true }, signal)
  expect((await run('tar', ['-x', '-O', '-f', output], { maxOutputBytes: 2 ** 28 })).stdout).toContain(token)
})

test('what a killed agent has left of its exports goes with the next one, and nothing else', async () => {
  const { home } = bench.services.folder
  const notes = join(home, 'archive', 'notes')
  const [part, mine] = [join(bench.base, '.web.tar.0123456789ab.part'), join(bench.base, 'mine')]
  for (const file of [part, mine]) await writeFile(file, 'x')
  await mkdir(notes, { recursive: true })
  await writeFile(join(notes, '0123456789ab'), part)
  await writeFile(join(notes, 'ba9876543210'), mine)
  const { ready } = openArchivePlaces(home)
  await ready
  expect((await readdir(bench.base)).filter((name) => [part, mine].includes(join(bench.base, name)))).toEqual(['mine'])
  expect(await readdir(notes)).toEqual([])
})

test('an export does not go into the state of Joey, over a folder, or where nothing is', async () => {
  const { home } = bench.services.folder
  await bench.addSandbox({ name: 'tidy' })
  const attempt = (output: string, replace = false) =>
    handlers()
      .exportTree({ ...request, source: 'sandbox:tidy', format: 'oci', output, replace }, signal)
      .then(
        () => 'made',
        ({ wire }) => wire.reason as string,
      )
  expect(await attempt(join(home, 'images', 'x.tar'))).toBe('output-in-state')
  expect(await attempt(home, true)).toBe('output-in-state')
  expect(await attempt('/nowhere/at/all')).toBe('output-folder-missing')
  await mkdir(join(bench.base, 'a-folder'))
  expect(await attempt(join(bench.base, 'a-folder'), true)).toBe('output-not-replaceable')
})
