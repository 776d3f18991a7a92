import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { importBundle, PermissionSheet } from '#contract/archive'
import type { SandboxSpec } from '#contract/sandbox'
import { listOf, sentence } from '#contract/sentence'
import { run } from '../../base/process/run.ts'
import { withDefaultLimits } from '../../sandboxes/default-limits.ts'
import { requireFreeName } from '../../sandboxes/find-sandbox.ts'
import { hostRules } from '../../sandboxes/host-paths.ts'
import { newRecord } from '../../sandboxes/new-record.ts'
import type { SandboxService } from '../../sandboxes/sandbox-service.ts'
import { checkSpec } from '../../sandboxes/spec-policy.ts'
import type { EventLog } from '../../state/event-log.ts'
import type { StateFolder } from '../../state/folder.ts'
import { commitTogether } from '../../state/record-change.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { SnapshotRecord, SnapshotStore } from '../../state/records/snapshot-records.ts'
import type { SettingsStore } from '../../state/settings-store.ts'
import { createDiskTools } from '../../storage/ext4/disk-tools.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import type { LayerStore } from '../../storage/layers/layer-store.ts'
import { agreeSnapshotSpec, agreeSpec } from './accepted-spec.ts'
import { bundleDamaged } from './bundle-errors.ts'
import type { BundleFile } from './bundle-file.ts'
import { importImage } from './import-image.ts'
import { type LayerBudget, mostEntries } from './layer-check.ts'
import type { Manifest } from './manifest.ts'
import { type BundlePart, readParts } from './parts.ts'
import { unpackLayer } from './unpack-layer.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly images: ImageStore
  readonly snapshotRecords: SnapshotStore
}

interface ImportWork {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
  readonly now: () => Date
  readonly sandboxes: Pick<SandboxService, 'start'>
  readonly settings: SettingsStore
  readonly file: BundleFile
  readonly manifest: Manifest
  readonly sheet: z.output<typeof PermissionSheet>
  readonly request: z.output<(typeof importBundle)['request']>
  readonly staging: string
  readonly signal: AbortSignal
  /** What is started goes on when the import has answered. */
  readonly agentSignal: AbortSignal
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
  const { manifest, sheet, request, settings } = work
  if (request.name !== undefined) requireFreeName(work, request.name)
  const { agreed } = request
  const { spec: wished, messages } = agreeSpec(manifest.spec, sheet, {
    agreed,
    defaultClass: settings.read().defaultClass,
  })
  const spec = await checkSpec(withDefaultLimits(wished, settings.read()), hostRules(work))
  const made = new Map<string, string>()
  try {
    const { imageDigest } = await makeParts(work, made)
    const name = request.name ?? freeName(work, nameWithoutDots(manifest.name))
    const record = nameAll(work, { imageDigest, layers: made }, { name, spec })
    const id = record.sandbox.id
    const sandbox = request.start ? await work.sandboxes.start(id, work.agentSignal) : record.sandbox
    const renamed = name === manifest.name ? [] : [sentence('import-named', { name, wanted: manifest.name })]
    const { texts, wordings } = listOf([...messages, ...renamed])
    return { sandbox, messages: texts, messagesWordings: wordings }
  } catch (error) {
    // Layers that got a name in the meantime are somebody's; the others are nobody's.
    const named = new Set(work.records.all().flatMap(({ layers }) => layers))
    for (const id of made.values()) if (!named.has(id)) await work.layers.remove(id)
    throw error
  }
}

async function makeParts(work: ImportWork, made: Map<string, string>): Promise<Pick<Made, 'imageDigest'>> {
  const { file, manifest, sheet, request, signal } = work
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
        if (!manifest.image.included) throw bundleDamaged('it holds an image that it does not describe')
        imageDigest ??= await makeImage(work, part)
        continue
      }
      // Layers come in the order in which they are listed, so each comes once.
      const key = expected.shift()?.key
      if (part.name !== key) throw bundleDamaged('a part is in the wrong place')
      const folder = join(work.staging, key)
      await unpackLayer({ part, folder, budget, tools, signal, onBytes })
      const id = work.layers.newId()
      made.set(key, id)
      await work.layers.adoptFolder(id, folder)
      await work.layers.seal(id, { signal })
    }
  } finally {
    await reader.close()
  }
  if (expected.length > 0) throw bundleDamaged('layers are missing')
  if (imageDigest === null) throw bundleDamaged('its image is missing')
  return { imageDigest }
}

function makeImage(work: ImportWork, part: BundlePart): Promise<string> {
  const tooMuch = () => appError('bundle-too-large', { what: 'image' })
  // Headers and what fills blocks come on top of the content.
  const { image } = work.manifest
  const maxBytes = 3 * image.contentBytes + 8 * slack.bytes
  return importImage({
    images: work.images,
    part,
    image,
    staging: work.staging,
    maxBytes,
    tooMuch,
    signal: work.signal,
  })
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
  const { manifest } = work
  requireFreeName(work, name)
  const imageName = nameOfImage(work, manifest.image.name, made.imageDigest)
  const chainOf = (keys: readonly string[]) => keys.flatMap((key) => made.layers.get(key) ?? [])
  const ids = new Map(manifest.snapshots.map(({ id }) => [id, freeSnapshotId(work)]))
  const idOf = (id: string | null) => (id === null ? null : (ids.get(id) ?? null))
  const parentId = idOf(manifest.parentId)
  const record = newRecord(work, {
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
  const changes = snapshots.map((each) => work.snapshotRecords.changeOf(each))
  commitTogether(work.events, [...changes, work.records.changeOf(record)])
  return record
}

/** A name of this machine is shown only where it means this very image. */
function nameOfImage(deps: Pick<Deps, 'images'>, name: string, digest: string): string {
  const found = deps.images.list().find((image) => image.digest === digest)
  const same = found?.names.find((each) => each === name || each === `${name}:latest`)
  return same === undefined ? digest : name
}

/** A name that others on its network would ask for in place of a host of the internet is nothing that a file may choose. */
const nameWithoutDots = (name: string) => name.replaceAll('.', '-')

function freeName(deps: Pick<Deps, 'records'>, wished: string): string {
  const isTaken = (name: string) => deps.records.findAnyCase(name) !== undefined
  if (!isTaken(wished)) return wished
  for (let number = 2; ; number += 1) {
    const name = `${wished.slice(0, 56)}-${number}`
    if (number > 10_000) throw appError('sandbox-name-taken', { name: wished })
    if (!isTaken(name)) return name
  }
}

function freeSnapshotId(deps: Pick<Deps, 'records' | 'snapshotRecords'>): string {
  for (;;) {
    const id = randomBytes(6).toString('hex')
    if (!deps.snapshotRecords.get(id) && !deps.records.get(id)) return id
  }
}
