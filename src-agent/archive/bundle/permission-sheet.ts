import type * as z from 'zod'
import type { PermissionSheet } from '#contract/archive'
import type { Said } from '#contract/reasons/define'
import type { SandboxSpec } from '#contract/sandbox'
import { listOf, type Sentence, saidOf, sentence, type Wording, wordingOf } from '#contract/sentence'
import { type DiskRoom, roomToFill } from '../../base/disk-room.ts'
import { explainFailure } from '../../base/failures/machine-failure.ts'
import type { Drivers } from '../../engines/driver.ts'
import { hostRules } from '../../sandboxes/host-paths.ts'
import { checkSpec } from '../../sandboxes/spec-policy.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { SettingsStore } from '../../state/settings-store.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import { hostArchitecture } from '../../storage/images/plan-images.ts'
import type { BundleFile } from './bundle-file.ts'
import { mostEntries } from './layer-check.ts'
import type { Manifest } from './manifest.ts'
import { wishesOf, withoutWishes } from './requested-fields.ts'
import { isSignedBy, keyIdOf, type Signing } from './signing.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly drivers: Drivers
  readonly settings: SettingsStore
}

type Sheet = z.output<typeof PermissionSheet>
type Request = Sheet['requests'][number]

interface SheetRequest {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly drivers: Drivers
  readonly settings: SettingsStore
  readonly signing: Signing
  readonly file: Pick<BundleFile, 'bytes' | 'sha256' | 'digest' | 'signature' | 'isEncrypted'>
  readonly manifest: Manifest
}

/** What a bundle wants, against what this machine can give and what a new sandbox gets without asking. */
export async function makeSheet(deps: SheetRequest): Promise<Sheet> {
  const { signing, file, manifest } = deps
  const { image, spec } = manifest
  const signature = await checkSignature(signing, file)
  const room = await roomToFill(deps.folder.home)
  const freeBytes = room.bytes
  const unpackedBytes = bytesOf(manifest)
  const here = hasImage(deps, image.digest)
  return {
    consent: file.sha256,
    name: manifest.name,
    createdAt: manifest.createdAt,
    byVersion: manifest.byVersion,
    fromHost: manifest.fromHost,
    note: manifest.note,
    signature,
    encrypted: file.isEncrypted,
    bytes: file.bytes,
    unpackedBytes,
    freeBytes,
    image: { digest: image.digest, included: image.included, here },
    snapshots: manifest.snapshots.map(({ id, name, createdAt }) => ({ id, name, createdAt })),
    packages: manifest.packages,
    wants: {
      class: spec.class,
      mounts: spec.mounts,
      ports: spec.ports,
      network: spec.network,
      networkName: spec.networkName,
      grants: spec.grants,
      memoryBytes: spec.limits.memoryBytes,
      cpus: spec.limits.cpus,
    },
    requests: [...signerRequests(signature), ...(await specRequests(deps, spec))],
    ...listed(findProblems(manifest, { here, room, unpackedBytes })),
  }
}

/** An image is made anew on this side: once as it lies in the bundle, once as a tree, once as it is kept. */
function bytesOf({ image, layers }: Manifest): number {
  const ofImage = image.included ? image.contentBytes : 0
  return layers.reduce((sum, { bytes }) => sum + bytes, ofImage)
}

function hasImage(deps: Pick<Deps, 'images'>, digest: string): boolean {
  return deps.images.list().some((image) => image.digest === digest)
}

function findProblems(
  { image, layers }: Manifest,
  { here, room, unpackedBytes }: { here: boolean; room: DiskRoom; unpackedBytes: number },
): Sentence[] {
  const problems: Sentence[] = []
  const entries = layers.reduce((sum, layer) => sum + layer.entries, 0)
  if (!here && !image.included) {
    problems.push(sentence('bundle-image-missing', { image: image.name }))
  }
  if (image.architecture !== hostArchitecture) {
    problems.push(sentence('bundle-processor', { wanted: image.architecture, here: hostArchitecture }))
  }
  const needed = unpackedBytes + (here || !image.included ? 0 : 2 * image.contentBytes)
  if (needed > room.bytes) {
    const [wanted = 0, free = 0] = [needed, room.bytes].map((bytes) => Math.ceil(bytes / 1e6))
    problems.push(sentence('bundle-no-room', { wanted, free }))
  }
  if (entries > room.files) {
    problems.push(sentence('bundle-no-files', { entries, free: room.files }))
  }
  // A disk whose files were not counted says a round number; what is really there is counted as it comes.
  if (entries > 2 * mostEntries) problems.push(sentence('bundle-many-files'))
  return problems
}

async function checkSignature(
  signing: Signing,
  { signature, digest }: Pick<BundleFile, 'signature' | 'digest'>,
): Promise<Sheet['signature']> {
  if (signature === null || !isSignedBy(signature, digest)) {
    const said = sentence('bundle-signed', { state: signature === null ? 'unsigned' : 'wrong' })
    return { state: 'unsigned', key: null, ...worded(said) }
  }
  const key = keyIdOf(signature.publicKey)
  const own = await signing.own()
  if (own.publicKey === signature.publicKey) {
    return { state: 'self', key, ...worded(sentence('bundle-signed', { state: 'self' })) }
  }
  const known = (await signing.trusted()).find(({ publicKey }) => publicKey === signature.publicKey)
  if (known) {
    return { state: 'trusted', key, ...worded(sentence('bundle-signed', { state: 'trusted', name: known.name })) }
  }
  return { state: 'unknown', key, ...worded(sentence('bundle-signed', { state: 'unknown', key })) }
}

function signerRequests({ state, sentence: text, wording }: Sheet['signature']): Request[] {
  if (state === 'self' || state === 'trusted') return []
  return [request('signer', 'signer', saidOf(text, wording))]
}

/** Something that needs a yes, and can be had unless there is a reason why not. */
function request(id: string, kind: Request['kind'], said: Said, why: Said | null = null): Request {
  const refusal = why === null ? { why } : { why: why.message, whyWording: wordingOf(why) }
  return { id, kind, ...worded(said), isNew: true, possible: why === null, ...refusal }
}

function worded(said: Said): { sentence: string; wording: Wording } {
  return { sentence: said.message, wording: wordingOf(said) }
}

function listed(problems: readonly Said[]): Pick<Sheet, 'problems' | 'problemsWordings'> {
  const { texts, wordings } = listOf(problems)
  return { problems: texts, problemsWordings: wordings }
}

/** Every wish of the specification, and whether this machine can give it. */
async function specRequests(
  deps: Pick<Deps, 'records' | 'folder' | 'drivers' | 'settings'>,
  spec: SandboxSpec,
): Promise<Request[]> {
  const requests: Request[] = []
  for (const { id, kind, said, tried } of wishesOf(spec)) {
    // The usual class needs no yes; another one does.
    const isNew = kind !== 'class' || spec.class !== deps.settings.read().defaultClass
    const why = kind === 'class' ? whyNoClass(deps, spec) : tried ? await tryPart(deps, spec, tried) : null
    requests.push({ ...request(id, kind, said, why), isNew })
  }
  return requests
}

/** Why this machine cannot give a part of a specification, null where it can. */
async function tryPart(
  deps: Pick<Deps, 'records' | 'folder'>,
  spec: SandboxSpec,
  part: Partial<SandboxSpec>,
): Promise<Said | null> {
  try {
    await checkSpec({ ...withoutWishes(spec), network: 'nat', ...part }, hostRules(deps))
    return null
  } catch (error) {
    return explainFailure(error).wire
  }
}

function whyNoClass({ drivers }: Pick<Deps, 'drivers'>, { class: name }: SandboxSpec): Said | null {
  return drivers.has(name) ? null : sentence('class-not-here', { class: name })
}
