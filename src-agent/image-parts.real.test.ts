import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Image } from '#contract/image'
import { dockerArchive } from './testing/images/image-builder.ts'
import { baseOf, middle, topOf } from './testing/images/image-of-parts.ts'
import { createTestAgent, type TestAgent } from './testing/test-agent.ts'

const classes = ['container', 'gvisor', 'microvm'] as const
const folder = mkdtempSync(join(tmpdir(), 'joey-parts-'))
let agent: TestAgent
let images: Image[]

const base = baseOf('all')

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  const path = join(folder, 'images.tar')
  const image = (text: string) => ({ layers: [base, middle, topOf(text)], tags: [`team/${text}:1`] })
  writeFileSync(path, dockerArchive(image('one'), image('two')))
  images = await agent.client.importImage({ path })
})
afterAll(async () => {
  await agent.dispose()
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

const look = 'cat /data/kept /data/changed /data/top /link/changed; echo; ls /; ls /data'
const seen =
  (text: string, data = 'changed\nkept\ntop') =>
  (printed: string) => {
    const [words, ...names] = printed.trim().split('\n')
    expect(words).toBe(`basemiddle${text}middle`)
    expect(names.join('\n')).toContain(data)
    expect(names).not.toContain('goes')
    expect(names).not.toContain('removed')
  }
const shell = async (ref: string, script: string) =>
  (await agent.exec(ref, { argv: ['sh', '-c', script] })).stdout.toString('utf8')
const create = (name: string, own: (typeof classes)[number], image = 'team/one:1') =>
  agent.client.createSandbox({ name, spec: { image, class: own, command: ['sleep', '100000'] }, start: true })

describe.each(classes)('an image of three parts in the class %s', (own) => {
  test('is one tree, for its sandbox, for what reads files, and for snapshots and forks', {
    timeout: 240_000,
  }, async () => {
    await create(`box-${own}`, own)
    seen('one')(await shell(`box-${own}`, look))
    await shell(`box-${own}`, 'echo mine >/data/mine; rm /data/top; echo new >/data/changed')
    const { entries } = await agent.client.listFiles({ tree: `sandbox:box-${own}`, path: '/data' })
    expect(entries.filter(({ mark }) => mark !== 'deleted').map(({ name }) => name)).toEqual([
      'changed',
      'kept',
      'mine',
    ])
    const snapshot = await agent.client.createSnapshot({ ref: `box-${own}` })
    await agent.client.forkSandboxes({ snapshot: snapshot.id, prefix: `fork-${own}`, live: false })
    expect(await shell(`fork-${own}`, 'cat /data/kept /data/changed /data/mine; ls /data')).toBe(
      'basenew\nmine\nchanged\nkept\nmine\n',
    )
    expect(await agent.client.verifySnapshots({ ref: snapshot.id })).toMatchObject([{ ok: true }])
    for (const ref of [`box-${own}`, `fork-${own}`]) await agent.client.removeSandbox({ ref, force: true })
    await agent.client.removeSnapshot({ ref: snapshot.id })
  })

  test('is mounted with others beside it, as many as there is room for', { timeout: 120_000 }, async () => {
    const mounts = ['/a', '/b', '/c'].map((target) => ({ source: folder, target, readOnly: true }))
    const spec = { image: 'team/two:1', class: own, command: ['sleep', '100000'], mounts }
    await agent.client.createSandbox({ name: `mounts-${own}`, spec, start: true })
    seen('two')(await shell(`mounts-${own}`, look))
    expect(await shell(`mounts-${own}`, 'ls /c')).toContain('images.tar')
    await agent.client.removeSandbox({ ref: `mounts-${own}`, force: true })
  })
})

test('a sandbox goes through all classes with it, and survives the agent', { timeout: 240_000 }, async () => {
  await create('traveller', 'container')
  await shell('traveller', 'echo mine >/data/mine')
  await agent.murder()
  await agent.start()
  for (const to of ['microvm', 'gvisor', 'container'] as const) {
    await agent.client.setClass({ ref: 'traveller', class: to })
    seen('one', 'changed\nkept\nmine\ntop')(await shell('traveller', look))
  }
  await expect(agent.client.removeImage({ ref: 'team/one:1' })).rejects.toMatchObject({
    wire: { reason: 'image-in-use' },
  })
  await agent.client.removeSandbox({ ref: 'traveller', force: true })
})

test('a sandbox leaves whole with it: in a bundle, in an archive, and in a commit that keeps its layers', {
  timeout: 240_000,
}, async () => {
  const { client } = agent
  await create('leaving', 'container')
  await shell('leaving', 'echo early >/data/early')
  await client.createSnapshot({ ref: 'leaving' })
  await shell('leaving', 'echo mine >/data/mine; rm /data/kept')
  const left = 'cat /data/changed /data/top /data/early /data/mine; ls /data; test -e /goes || echo gone'
  const expected = 'middleoneearly\nmine\nchanged\nearly\nmine\ntop\ngone\n'
  expect(await shell('leaving', left)).toBe(expected)
  const source = 'sandbox:leaving'

  const bundle = join(folder, 'leaving.joey')
  await client.exportTree({ source, format: 'joey', output: bundle, withSecrets: true })
  const { consent, requests } = await client.inspectBundle({ path: bundle })
  const agreed = requests.map(({ id }) => id)
  await client.importBundle({ path: bundle, consent, agreed, start: true, name: 'came' })
  expect(await shell('came', left)).toBe(expected)

  const archive = join(folder, 'leaving.tar')
  await client.exportTree({ source, format: 'docker', output: archive, name: 'team/left:1', withSecrets: true })
  await client.importImage({ path: archive })
  await create('left', 'container', 'team/left:1')
  expect(await shell('left', left)).toBe(expected)

  const { image } = await client.commitTree({ source, name: 'team/committed:1' })
  await create('committed', 'container', 'team/committed:1')
  expect(await shell('committed', left)).toBe(expected)
  const [before, after] = [images[0]?.digest ?? '', image.digest].map((ref) => client.readImageHistory({ ref }))
  expect((await after)?.slice(-3)).toEqual(await before)
  for (const ref of ['leaving', 'came', 'left', 'committed']) await client.removeSandbox({ ref, force: true })
  for (const { id } of await client.listSnapshots({})) await client.removeSnapshot({ ref: id })
  for (const { names, builtIn } of await client.listImages({})) {
    if (!builtIn && !['team/one:1', 'team/two:1'].includes(names[0] ?? ''))
      await client.removeImage({ ref: names[0] ?? '' })
  }
})

test('what two images share stays until the last is removed, also for who runs on the other', {
  timeout: 60_000,
}, async () => {
  const [one, two] = await agent.client.listImages({}).then((all) => all.filter(({ builtIn }) => !builtIn))
  expect(images.map(({ digest }) => digest).sort()).toEqual([one!.digest, two!.digest].sort())
  expect(one!.sharedBytes).toBeGreaterThan(one!.sizeBytes / 2)
  // Two parts that both have, one of each, and busybox.
  const files = readdirSync(join(agent.place.home, 'images')).filter((name) => name.endsWith('.erofs'))
  expect(files).toHaveLength(5)
  await create('other', 'container', 'team/two:1')
  const removed = await agent.client.removeImage({ ref: 'team/one:1' })
  expect(removed).toMatchObject({ deleted: true, freedBytes: one!.sizeBytes - one!.sharedBytes })
  seen('two')(await shell('other', look))
  await create('another', 'container', 'team/two:1')
  seen('two')(await shell('another', look))
  await agent.client.removeSandbox({ ref: 'other', force: true })
  await agent.client.removeSandbox({ ref: 'another', force: true })
  expect(await agent.client.removeImage({ ref: 'team/two:1' })).toMatchObject({ freedBytes: two!.sizeBytes })
})

describe('an agent that is killed while it imports an image', () => {
  const inFolder = (...names: string[]) => readdirSync(join(agent.place.home, 'images', ...names))
  const partFiles = () => inFolder().filter((name) => name.includes('.erofs'))
  const staged = () => inFolder('staging').flatMap((name) => inFolder('staging', name))

  test.each<[string, () => boolean]>([
    ['when it has just begun', () => staged().length > 0],
    ['when one part is kept, of which no record speaks', () => partFiles().length > 1],
    ['when one is unpacked over others', () => staged().includes('union')],
  ])('%s leaves nothing, and the next one imports it', { timeout: 60_000 }, async (_when, isTime) => {
    const layers = [baseOf('killed'), ...['a', 'b', 'c', 'd'].map(topOf)]
    const path = join(folder, 'killed.tar')
    writeFileSync(path, dockerArchive({ layers, tags: ['team/killed:1'] }))
    const before = partFiles()
    const importing = agent.client.importImage({ path }).then(
      () => 'done',
      () => 'broken',
    )
    while (!isTime()) await new Promise((resolve) => setTimeout(resolve, 1))
    await agent.murder()
    expect(await importing).toBe('broken')
    await agent.start()
    expect(partFiles()).toEqual(before)
    expect(staged()).toEqual([])
    const [image] = await agent.client.importImage({ path })
    await create('after', 'container', 'team/killed:1')
    expect(await shell('after', 'cat /data/kept /data/top')).toBe('based')
    await agent.client.removeSandbox({ ref: 'after', force: true })
    expect(await agent.client.removeImage({ ref: 'team/killed:1' })).toMatchObject({ freedBytes: image!.sizeBytes })
    expect(partFiles()).toEqual(before)
  })
})
