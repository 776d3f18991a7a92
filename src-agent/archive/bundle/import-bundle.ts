import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { importBundle, PermissionSheet } from '#contract/archive'
import type { SandboxSpec } from '#contract/sandbox'
import { createDiskTools } from '../../storage/ext4/disk-tools.ts'
import { run } from '../../base/process/run.ts'
import { requireFreeName } from '../../sandboxes/find-sandbox.ts'
import { joeyFolders } from '../../sandboxes/host-paths.ts'
import { newRecord } from '../../sandboxes/new-record.ts'
import { checkSpec } from '../../sandboxes/spec-policy.ts'
import type { SnapshotRecord } from '../../state/records/snapshot-records.ts'
import { commitTogether } from '../../state/record-change.ts'
import type { TimeGround } from '../../time-ground.ts'
import { agreeSnapshotSpec, agreeSpec } from './agreed-spec.ts'
import { bundleDamaged, hostileBundle } from './bundle-errors.ts'
import type { BundleFile } from './bundle-file.ts'
import { importImage } from './import-image.ts'
import { type LayerBudget, mostEntries } from './layer-check.ts'
import type { Manifest } from './manifest.ts'
import { type BundlePart, readParts } from './parts.ts'
import { unpackLayer } from './unpack-layer.ts'

interface ImportWork {
  readonly ground: TimeGround
  readonly file: BundleFile
  readonly manifest: Manifest
  readonly sheet: z.output<typeof PermissionSheet>
  readonly request: z.output<(typeof importBundle)['request']>
  readonly staging: string
  readonly signal: AbortSignal
  readonly onShare: (share: number) => void
}

/** What was made of the parts of a bundle. Nobody names it yet. */
interface Made {
  readonly imageDigest: string
  /** Ids of layers by their keys in the bundle. */
  readonly layers: ReadonlyMap<string, string>
}

/** What a bundle may hold beyond what it says: a sandbox that ran while it was exported has gone on writing. */
const slack = { share: 1.1, bytes: 64 * 2 ** 20, entries: 10_000 }

/** Makes everything that a bundle holds, and only then gives it names, all in one transaction. */
export async function makeImport(work: ImportWork) {
  const { ground, manifest, sheet, request } = work
  const { context, settings } = ground
  if (request.name !== undefined) requireFreeName(context, request.name)
  const { agreed } = request
  const { spec: wished, told } = agreeSpec(manifest.spec, sheet, { agreed, defaultClass: settings.read().defaultClass })
  const spec = await checkSpec(wished, joeyFolders(context.folder))
  const made = new Map<string, string>()
  try {
    const { imageDigest } = await makeParts(work, made)
    const name = request.name ?? freeName(ground, manifest.name)
    const record = nameAll(work, { imageDigest, layers: made }, { name, spec })
    const id = record.sandbox.id
    const sandbox = request.start ? await ground.sandboxes.start(id, context.signal) : record.sandbox
    const renamed =
      name === manifest.name ? [] : [`It is called "${name}", because "${manifest.name}" is taken or was not wanted.`]
    return { sandbox, told: [...told, ...renamed] }
  } catch (error) {
    // Layers that got a name in the meantime are somebody's; the others are nobody's.
    const named = new Set(context.records.all().flatMap(({ layers }) => layers))
    for (const id of made.values()) if (!named.has(id)) await ground.layers.remove(id)
    throw error
  }
}

async function makeParts(work: ImportWork, made: Map<string, string>): Promise<Pick<Made, 'imageDigest'>> {
  const { ground, file, manifest, sheet, request, signal } = work
  const tools = createDiskTools(run)
  const budget = budgetOf(manifest)
  const expected = [...manifest.layers]
  let imageDigest = sheet.image.here ? manifest.image.digest : null
  let done = 0
  const onBytes = (bytes: number) => {
    done += bytes
    work.onShare(Math.min(1, done / Math.max(1, sheet.unpackedBytes)))
  }
  const reader = readParts(file.content(request.passphrase))
  try {
    await reader.manifest()
    for await (const part of reader.parts()) {
      signal.throwIfAborted()
      if (part.name === 'sbom') continue
      if (part.name === 'image') {
        if (!manifest.image.included) throw bundleDamaged('it holds an image that it does not tell of')
        imageDigest ??= await makeImage(work, part)
        continue
      }
      // Layers come in the order in which they are told, so each comes once.
      const key = expected.shift()?.key
      if (part.name !== key) throw bundleDamaged('a part is in the wrong place')
      const folder = join(work.staging, key)
      await unpackLayer({ part, folder, budget, tools, signal, onBytes })
      const id = ground.layers.newId()
      made.set(key, id)
      await ground.layers.adoptFolder(id, folder)
      await ground.layers.seal(id, { signal })
    }
  } finally {
    await reader.close()
  }
  if (expected.length > 0) throw bundleDamaged('layers are missing')
  if (imageDigest === null) throw bundleDamaged('its image is missing')
  return { imageDigest }
}

function makeImage({ ground, manifest: { image }, staging, signal }: ImportWork, part: BundlePart): Promise<string> {
  const tooMuch = () => hostileBundle('bundle-too-large', 'its image unpacks to more than it says.')
  // Headers and what fills blocks come on top of the content.
  const maxBytes = 3 * image.contentBytes + 8 * slack.bytes
  return importImage({ ground, part, image, staging, maxBytes, tooMuch, signal })
}

function budgetOf({ layers }: Manifest): LayerBudget {
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0)
  const entries = layers.reduce((sum, layer) => sum + layer.entries, 0)
  return {
    bytes: Math.ceil(bytes * slack.share) + slack.bytes,
    entries: Math.min(mostEntries, Math.ceil(entries * slack.share) + slack.entries),
  }
}

/** All records at once: afterwards all of it is there, or nothing. */
function nameAll(work: ImportWork, made: Made, { name, spec }: { name: string; spec: SandboxSpec }) {
  const { ground, manifest } = work
  const { context } = ground
  requireFreeName(context, name)
  const imageName = nameOfImage(ground, manifest.image.name, made.imageDigest)
  const chainOf = (keys: readonly string[]) => keys.flatMap((key) => made.layers.get(key) ?? [])
  const ids = new Map(manifest.snapshots.map(({ id }) => [id, freeSnapshotId(ground)]))
  const idOf = (id: string | null) => (id === null ? null : (ids.get(id) ?? null))
  const parentId = idOf(manifest.parentId)
  const record = newRecord(context, {
    name,
    spec: { ...spec, image: imageName },
    argv: manifest.argv,
    image: { reference: imageName, digest: made.imageDigest },
    state: 'created',
    layers: chainOf(manifest.chain),
    ...(parentId !== null && { parentId }),
  })
  const snapshots = manifest.snapshots.map((each): SnapshotRecord => {
    const { chain, spec: wished, id, ...kept } = each
    const own = agreeSnapshotSpec(wished, spec)
    return {
      snapshot: {
        ...kept,
        id: ids.get(id) ?? id,
        reason: 'import',
        state: 'ready',
        sandboxId: record.sandbox.id,
        sandboxName: name,
        parentId: idOf(each.parentId),
        class: own.class,
        image: imageName,
        imageDigest: made.imageDigest,
        spec: { ...own, image: imageName },
        live: null,
        pauseMs: 0,
        tookMs: 0,
        sealed: true,
        verifiedAt: null,
        problem: null,
      },
      layers: chainOf(chain),
      stateKey: null,
      stateSums: {},
    }
  })
  const changes = snapshots.map((each) => context.snapshots.changeOf(each))
  commitTogether(context.events, [...changes, context.records.changeOf(record)])
  return record
}

/** A name of this machine is shown only where it means this very image. */
function nameOfImage({ context }: TimeGround, name: string, digest: string): string {
  const found = context.images.list().find((image) => image.digest === digest)
  const same = found?.names.find((each) => each === name || each === `${name}:latest`)
  return same === undefined ? digest : name
}

function freeName({ context }: TimeGround, wished: string): string {
  const isTaken = (name: string) => context.records.findByName(name) !== undefined
  if (!isTaken(wished)) return wished
  for (let number = 2; ; number += 1) {
    const name = `${wished.slice(0, 56)}-${number}`
    if (number > 10_000) throw appError('conflict', 'sandbox-name-taken', 'Choose a name for the sandbox.')
    if (!isTaken(name)) return name
  }
}

function freeSnapshotId({ context, snapshotRecords }: TimeGround): string {
  for (;;) {
    const id = randomBytes(6).toString('hex')
    if (!snapshotRecords.get(id) && !context.records.get(id)) return id
  }
}
