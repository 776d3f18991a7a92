import { lstat, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { type ArchiveBench, openArchiveBench } from '../testing/archive/archive-bench.ts'
import { differenceOf } from '../testing/archive/describe-tree.ts'
import { dockerArchive, smallLayer } from '../testing/images/image-builder.ts'
import { describeLayer } from '../testing/layers/describe-layer.ts'
import { makeRandomLayer } from '../testing/layers/random-layer.ts'
import { createArchiveHandlers } from './archive-handlers.ts'

let bench: ArchiveBench
/** Another machine. */
let other: ArchiveBench
let seed = Math.floor(Math.random() * 1e6)
const { signal } = new AbortController()
const choice = { replace: false, withSecrets: true, drop: [] }
const inside = { snapshots: [], image: true, note: '' }
const handlersOf = ({ services }: ArchiveBench) => createArchiveHandlers(services)
const wrong = (reason: string) => ({ wire: { reason } })

beforeAll(async () => {
  bench = await openArchiveBench()
  other = await openArchiveBench()
})
afterAll(async () => {
  await bench.close()
  await other.close()
})

/** A sandbox on two random layers. */
async function makeSandbox(name: string): Promise<string> {
  seed += 10
  const chain = [
    await bench.addLayer((folder) => makeRandomLayer(folder, seed)),
    await bench.addLayer((folder) => makeRandomLayer(folder, seed + 1)),
  ]
  return bench.addSandbox({ name, layers: chain, fill: (upper) => makeRandomLayer(upper, seed + 2) })
}

type Export = Parameters<ReturnType<typeof handlersOf>['exportTree']>[0]

async function exportTo(name: string, more: Partial<Export> = {}) {
  const output = join(bench.base, `${name}.joey`)
  const wish = { ...choice, source: `sandbox:${name}`, format: 'joey' as const, output, bundle: inside, ...more }
  return { ...(await handlersOf(bench).exportTree(wish, signal)), output }
}

/** Imports with everything agreed that there is to agree to. */
async function importAll(at: ArchiveBench, path: string, name?: string, passphrase?: string) {
  const more = { ...(passphrase !== undefined && { passphrase }) }
  const sheet = await handlersOf(at).inspectBundle({ path, ...more }, signal)
  const agreed = sheet.requests.map(({ id }) => id)
  const wish = { path, consent: sheet.consent, agreed, start: false, ...(name !== undefined && { name }), ...more }
  return { sheet, ...(await handlersOf(at).importBundle(wish, signal)) }
}

/** Trees of the writable layer and of the read-only ones, the topmost first. */
async function treesOf({ services: { folder, records, layers } }: ArchiveBench, id: string): Promise<string[]> {
  const { upper } = folder.sandbox(id)
  const chain = (records.get(id)?.layers ?? []).map((layer) => layers.ensureTree(layer, signal))
  const own = await lstat(upper).then(
    () => [upper],
    () => [],
  )
  return [...own, ...(await Promise.all(chain))]
}

test('every layer comes back exactly as it was', async () => {
  const id = await makeSandbox('there')
  const { output, bytes } = await exportTo('there')
  expect(await stat(output)).toMatchObject({ size: bytes, mode: 0o100600 })
  const { sandbox, sheet } = await importAll(bench, output, 'here')
  expect(sheet).toMatchObject({ name: 'there', signature: { state: 'self' }, problems: [], image: { here: true } })
  const [before, after] = [await treesOf(bench, id), await treesOf(bench, sandbox.id)]
  expect(after).toHaveLength(3)
  for (const [at, tree] of before.entries()) {
    const difference = differenceOf(await describeLayer(tree), await describeLayer(after[at] ?? ''))
    expect(difference, `seed ${seed}, layer ${at}`).toEqual([])
  }
  expect(sandbox).toMatchObject({ name: 'here', state: 'created', image: 'busybox' })
  expect(await readdir(join(bench.services.folder.home, 'archive', 'staging'))).toEqual([])
})

test('a machine without the image gets it, made anew, and the snapshots with their ancestry', async () => {
  const { images, records, snapshotRecords } = bench.services
  const archive = join(bench.base, 'image.tar')
  await writeFile(archive, dockerArchive({ layers: [smallLayer('of the image')], tags: ['odd/one:1'] }))
  const [image] = await images.import({ path: archive, signal, onProgress: () => {} })
  const layer = await bench.addLayer(async (folder) => {
    await mkdir(folder)
    await writeFile(join(folder, 'kept'), 'kept')
  })
  const env = { GREETING: 'hello' }
  const id = await bench.addSandbox({
    name: 'far',
    image: 'odd/one:1',
    layers: [layer],
    parentId: 'aaaaaaaaaaaa',
    spec: { env },
  })
  const { sandbox: shown } = records.get(id) ?? {}
  const snapshot = (own: string, parentId: string | null): SnapshotRecord => ({
    snapshot: {
      ...{
        id: own,
        name: `of-${own.slice(0, 3)}`,
        note: '',
        labels: {},
        reason: 'manual',
        state: 'ready',
        sandboxId: id,
      },
      ...{
        sandboxName: 'far',
        parentId,
        createdAt: '2026-01-01T00:00:00.000Z',
        class: 'container',
        image: 'odd/one:1',
      },
      ...{ imageDigest: image?.digest ?? '', spec: shown!.spec, argv: ['sh'], live: null, pauseMs: 0, tookMs: 0 },
      ...{ layerBytes: 4, layerEntries: 2, sealed: true, verifiedAt: null, problem: null },
    },
    ...{ layers: parentId === null ? [] : [layer], stateKey: null, stateSums: {} },
  })
  snapshotRecords.put(snapshot('bbbbbbbbbbbb', null))
  snapshotRecords.put(snapshot('aaaaaaaaaaaa', 'bbbbbbbbbbbb'))

  const { output } = await exportTo('far')
  const { sandbox, sheet } = await importAll(other, output)
  expect(sheet).toMatchObject({ image: { here: false, included: true }, signature: { state: 'unknown' } })
  expect(sheet.requests).toMatchObject([{ id: 'signer' }, { id: 'class', isNew: false }])
  const [tree] = await treesOf(other, sandbox.id)
  expect(await readFile(join(tree ?? '', 'kept'), 'utf8')).toBe('kept')
  const [mounted = ''] = await other.services.imageMounts.ensure(sandbox.imageDigest)
  expect(await readFile(join(mounted, 'etc/text'), 'utf8')).toBe('of the image')
  expect(sandbox.imageDigest).not.toBe(image?.digest)
  expect(sandbox.spec).toMatchObject({ env, image: sandbox.imageDigest })
  const made = other.services.snapshotRecords.all().map((each) => each.snapshot)
  const first = made.find(({ name }) => name === 'of-bbb')
  const second = made.find(({ name }) => name === 'of-aaa')
  expect(first).toMatchObject({ parentId: null, reason: 'import', sandboxId: sandbox.id })
  expect(second).toMatchObject({ parentId: first?.id, imageDigest: sandbox.imageDigest })
  expect(sandbox.parentId).toBe(second?.id)

  const again = await importAll(other, output)
  expect(again.sandbox).toMatchObject({ name: 'far-2', imageDigest: sandbox.imageDigest })
})

test('an encrypted bundle opens with its passphrase and with no other', async () => {
  await makeSandbox('secret')
  const { output } = await exportTo('secret', { bundle: { ...inside, image: false, passphrase: 'correct horse' } })
  const { inspectBundle } = handlersOf(bench)
  await expect(inspectBundle({ path: output }, signal)).rejects.toMatchObject(wrong('passphrase-needed'))
  const guess = { path: output, passphrase: 'correct house' }
  await expect(inspectBundle(guess, signal)).rejects.toMatchObject(wrong('passphrase-wrong'))
  const { sandbox, sheet } = await importAll(bench, output, 'opened', 'correct horse')
  expect(sheet).toMatchObject({ encrypted: true, image: { included: false, here: true } })
  expect(await treesOf(bench, sandbox.id)).toHaveLength(3)
  expect((await readFile(output)).includes('correct')).toBe(false)
})

test('a bundle that is not encrypted is unpacked by zstd itself', async () => {
  await makeSandbox('plain')
  const { output } = await exportTo('plain', { bundle: { ...inside, image: false } })
  const { stdout } = await run('zstd', ['--decompress', '--stdout', output], { maxOutputBytes: 2 ** 26 })
  expect(stdout).toContain('"name":"plain"')
  expect(stdout).toContain('"bomFormat":"CycloneDX"')
})

test('nothing is made without a yes to exactly this file, and what was not agreed to is left out', async () => {
  const folder = join(bench.base, 'shared')
  await mkdir(folder)
  const mounts = [{ kind: 'bind' as const, source: folder, target: '/mnt', readOnly: true }]
  const ports = [{ hostPort: 0, guestPort: 80 }]
  await bench.addSandbox({ name: 'wishes', spec: { mounts, ports, networkName: 'team', removeOnExit: true } })
  const { output } = await exportTo('wishes', { bundle: { ...inside, image: false } })
  const { importBundle, inspectBundle, trustSigner, readSigningKey } = handlersOf(other)
  const { consent, requests } = await inspectBundle({ path: output }, signal)
  expect(requests.map(({ id, isNew }) => [id, isNew])).toEqual([
    ['signer', true],
    ['class', false],
    ['mount-0', true],
    ['port-0', true],
    ['network', true],
  ])
  const wish = { path: output, consent, agreed: ['signer', 'port-0'], start: false }
  await expect(importBundle({ ...wish, agreed: [] }, signal)).rejects.toMatchObject(wrong('signer-not-agreed'))
  await expect(importBundle({ ...wish, consent: 'x' }, signal)).rejects.toMatchObject(wrong('consent-for-another'))
  expect(other.services.records.findByName('wishes')).toBeUndefined()
  const { sandbox, messages } = await importBundle(wish, signal)
  expect(sandbox.spec).toMatchObject({ mounts: [], ports, networkName: null, removeOnExit: false })
  expect(messages).toHaveLength(2)

  const { publicKey } = await handlersOf(bench).readSigningKey({}, signal)
  const { key } = await trustSigner({ publicKey, name: 'laptop', trusted: true }, signal)
  expect(await inspectBundle({ path: output }, signal)).toMatchObject({ signature: { state: 'trusted', key } })
  await trustSigner({ publicKey, name: 'laptop', trusted: false }, signal)
  expect(await readSigningKey({}, signal)).toMatchObject({ trusted: [] })
})

test('no bundle with a changed or a missing byte passes', async () => {
  await bench.addSandbox({ name: 'small', fill: (upper) => makeRandomLayer(upper, 5) })
  const { output } = await exportTo('small', { bundle: { ...inside, image: false } })
  const whole = await readFile(output)
  const damaged = join(bench.base, 'damaged.joey')
  const { inspectBundle } = handlersOf(bench)
  for (let round = 0; round < 60; round += 1) {
    const at = round < 20 ? round : Math.floor(Math.random() * whole.length)
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (round % 8))
    await writeFile(damaged, round % 3 === 0 ? whole.subarray(0, at) : flipped)
    const outcome = await inspectBundle({ path: damaged }, signal).then(
      ({ signature }) => signature.state,
      ({ wire }) => wire.reason as string,
    )
    // A flip within the signature itself leaves the content whole, and signed by nobody.
    expect(
      ['bundle-damaged', 'bundle-truncated', 'not-a-bundle', 'bundle-too-new', 'unsigned', 'unknown'],
      `byte ${at}`,
    ).toContain(outcome)
  }
})

test('an export that is cancelled leaves nothing, and one that exists is not replaced without a request', async () => {
  await makeSandbox('stopped')
  const { folder, tasks } = bench.services
  const before = await readdir(bench.base)
  const exporting = exportTo('stopped', { task: 'cancel-this' })
  while (!tasks.list().some(({ phase }) => phase === 'packing')) await new Promise((resolve) => setTimeout(resolve, 1))
  tasks.cancel('cancel-this')
  await expect(exporting).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  expect(await readdir(bench.base)).toEqual(before)
  expect(await readdir(join(folder.home, 'archive', 'notes'))).toEqual([])

  await exportTo('stopped')
  await expect(exportTo('stopped')).rejects.toMatchObject(wrong('output-exists'))
  await exportTo('stopped', { replace: true })
})
