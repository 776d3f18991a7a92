import type * as z from 'zod'
import { AppError } from '#contract/app-error'
import type { PermissionSheet } from '#contract/archive'
import { formatGrant } from '#contract/grant-text'
import type { SandboxSpec } from '#contract/sandbox'
import { hostArchitecture } from '../../storage/images/plan-images.ts'
import { freeBytesIn } from '../../storage/images/staging.ts'
import { joeyFolders } from '../../sandboxes/host-paths.ts'
import { checkSpec } from '../../sandboxes/spec-policy.ts'
import type { TimeGround } from '../../time-ground.ts'
import type { BundleFile } from './bundle-file.ts'
import { mostEntries } from './layer-check.ts'
import type { Manifest } from './manifest.ts'
import { isSignedBy, keyIdOf, type Signing } from './signing.ts'

type Sheet = z.output<typeof PermissionSheet>
type Request = Sheet['requests'][number]

interface SheetRequest {
  readonly ground: TimeGround
  readonly signing: Signing
  readonly file: Pick<BundleFile, 'bytes' | 'sha256' | 'digest' | 'signature' | 'isEncrypted'>
  readonly manifest: Manifest
}

/** What a bundle wants, against what this machine can give and what a new sandbox gets without asking. */
export async function makeSheet({ ground, signing, file, manifest }: SheetRequest): Promise<Sheet> {
  const { image, spec } = manifest
  const signature = await judgeSignature(signing, file)
  const freeBytes = await freeBytesIn(ground.context.folder.home)
  const unpackedBytes = bytesOf(manifest)
  const here = hasImage(ground, image.digest)
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
    requests: [...signerRequests(signature), ...(await specRequests(ground, spec))],
    problems: findProblems(manifest, { here, freeBytes, unpackedBytes }),
  }
}

/** An image is made anew on this side: once as it lies in the bundle, once as a tree, once as it is kept. */
function bytesOf({ image, layers }: Manifest): number {
  const ofImage = image.included ? image.contentBytes : 0
  return layers.reduce((sum, { bytes }) => sum + bytes, ofImage)
}

function hasImage({ context }: TimeGround, digest: string): boolean {
  return context.images.list().some((image) => image.digest === digest)
}

function findProblems(
  { image, layers }: Manifest,
  { here, freeBytes, unpackedBytes }: { here: boolean; freeBytes: number; unpackedBytes: number },
): string[] {
  const problems: string[] = []
  const entries = layers.reduce((sum, layer) => sum + layer.entries, 0)
  if (!here && !image.included) {
    problems.push(`The image ${image.name} is not in the bundle and not on this machine. Import the same image first.`)
  }
  if (image.architecture !== hostArchitecture) {
    problems.push(`It is made for processors of the kind ${image.architecture}, this machine has ${hostArchitecture}.`)
  }
  const needed = unpackedBytes + (here || !image.included ? 0 : 2 * image.contentBytes)
  if (needed > freeBytes) {
    const [wanted, free] = [needed, freeBytes].map((bytes) => Math.ceil(bytes / 1e6))
    problems.push(`Unpacked it needs ${wanted} MB, and ${free} MB are free where Joey keeps its state.`)
  }
  // A disk whose files were not counted says a round number; what is really there is counted as it comes.
  if (entries > 2 * mostEntries) problems.push('It says that it holds more than 2 million files.')
  return problems
}

async function judgeSignature(
  signing: Signing,
  { signature, digest }: Pick<BundleFile, 'signature' | 'digest'>,
): Promise<Sheet['signature']> {
  if (signature === null || !isSignedBy(signature, digest)) {
    const sentence =
      signature === null
        ? 'It is not signed: nobody says that it is what it was.'
        : 'Its signature is wrong, so it counts as not signed: nobody says that it is what it was.'
    return { state: 'unsigned', key: null, sentence }
  }
  const key = keyIdOf(signature.publicKey)
  const own = await signing.own()
  if (own.publicKey === signature.publicKey) {
    return { state: 'self', key, sentence: 'It was signed on this machine, and is what was signed.' }
  }
  const known = (await signing.trusted()).find(({ publicKey }) => publicKey === signature.publicKey)
  if (known) return { state: 'trusted', key, sentence: `It was signed by "${known.name}", whom you trust.` }
  const sentence = `It was signed with the key ${key}, which you do not know. Ask its owner whether it is theirs.`
  return { state: 'unknown', key, sentence }
}

function signerRequests({ state, sentence }: Sheet['signature']): Request[] {
  if (state === 'self' || state === 'trusted') return []
  return [{ id: 'signer', kind: 'signer', sentence, isNew: true, possible: true, why: null }]
}

async function specRequests(ground: TimeGround, spec: SandboxSpec): Promise<Request[]> {
  const { context } = ground
  const requests: Request[] = [classRequest(ground, spec)]
  const judge = async (part: Partial<SandboxSpec>): Promise<Pick<Request, 'possible' | 'why'>> => {
    const bare = { ...spec, mounts: [], ports: [], grants: [], networkName: null, network: 'nat' as const }
    try {
      await checkSpec({ ...bare, ...part }, joeyFolders(context.folder))
      return { possible: true, why: null }
    } catch (error) {
      return { possible: false, why: AppError.from(error).wire.message }
    }
  }
  for (const [at, grant] of spec.grants.entries()) {
    const sentence = `It wants what is refused by default: ${formatGrant(grant)}.`
    requests.push({ id: `grant-${at}`, kind: 'grant', sentence, isNew: true, ...(await judge({ grants: [grant] })) })
  }
  for (const [at, mount] of spec.mounts.entries()) {
    const how = mount.readOnly ? 'read' : 'read and change'
    const sentence = `It wants to ${how} ${mount.source} of this machine, as ${mount.target}.`
    const verdict = await judge({ mounts: [mount], grants: spec.grants })
    requests.push({ id: `mount-${at}`, kind: 'mount', sentence, isNew: true, ...verdict })
  }
  for (const [at, { hostPort, guestPort }] of spec.ports.entries()) {
    const where = hostPort === 0 ? 'a free port' : `port ${hostPort}`
    const sentence = `It wants ${where} of this machine, for its port ${guestPort}.`
    requests.push({ id: `port-${at}`, kind: 'port', sentence, isNew: true, possible: true, why: null })
  }
  if (spec.networkName !== null) {
    const sentence = `It wants to be on the network "${spec.networkName}" with other sandboxes.`
    requests.push({ id: 'network', kind: 'network', sentence, isNew: true, possible: true, why: null })
  }
  return requests
}

/** The usual class needs no yes; another one does, and one that is not here is told. */
function classRequest({ context, settings }: TimeGround, spec: SandboxSpec): Request {
  const possible = context.drivers.has(spec.class)
  const why = possible ? null : `This machine does not offer the class "${spec.class}". Run "joey doctor" to see why.`
  const isNew = spec.class !== settings.read().defaultClass
  return { id: 'class', kind: 'class', sentence: `It runs in the class "${spec.class}".`, isNew, possible, why }
}
