import { type Sentence, sentence } from '#contract/sentence'
import { version } from '../../base/version.ts'
import type { FoundPackage } from '../../files/compare/read-packages.ts'
import type { LayerStore } from '../../storage/layers/layer-store.ts'
import type { Exported } from '../oci/export-image.ts'
import { type LeftOut, toOciLayer } from '../oci/layer-stream.ts'
import { openUnionTar } from '../oci/layer-tar.ts'
import { describeVolumes } from '../oci/left-out.ts'
import type { Place } from '../secrets/scan-layers.ts'
import { writeBundleFile } from './bundle-file.ts'
import { type BundlePlan, makeManifest, measurePlanned, type PlannedLayer } from './bundle-plan.ts'
import { withoutFiles } from './filter-layer.ts'
import type { LayerAbout } from './manifest.ts'
import { type PartSource, writeParts } from './parts.ts'
import { toCycloneDx } from './sbom.ts'
import type { Signing } from './signing.ts'

export interface BundleExport {
  readonly layers: LayerStore
  readonly now: () => Date
  readonly signing: Signing
  readonly plan: BundlePlan
  readonly ref: string
  readonly note: string
  readonly withImage: boolean
  readonly passphrase: string | undefined
  readonly drop: readonly Place[]
  readonly packages: readonly FoundPackage[]
  /** The file to make. */
  readonly part: string
  readonly signal: AbortSignal
  readonly onShare: (share: number) => void
}

/** Writes a sandbox with its snapshots as one file, from its beginning to its end. */
export async function exportBundle(request: BundleExport): Promise<Exported> {
  const { plan, packages, signal, withImage } = request
  const sizes = []
  for (const layer of plan.layers) sizes.push(await measurePlanned(request, layer, signal))
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, withImage ? plan.source.image.contentBytes : 0)
  const dropVariables = new Set(request.drop.flatMap((place) => ('variable' in place ? [place.variable] : [])))
  const now = request.now()
  const manifest = makeManifest({ ...request, sizes, dropVariables, packages: packages.length, now })
  const left = { dropped: 0 }
  let bytes = 0
  async function* counted() {
    for await (const piece of writeParts(manifest, partsOf(request, now, left))) {
      bytes += piece.length
      request.onShare(Math.min(1, bytes / Math.max(1, total)))
      yield piece
    }
  }
  const written = await writeBundleFile({
    path: request.part,
    content: counted(),
    passphrase: request.passphrase,
    sign: request.signing.sign,
    signal,
  })
  return { ...written, messages: messagesOf(request, left.dropped) }
}

async function* partsOf(request: BundleExport, now: Date, left: { dropped: number }): AsyncGenerator<PartSource> {
  const { plan, packages, withImage, signal } = request
  const about = { name: plan.source.name, createdAt: now.toISOString(), byVersion: version }
  yield { name: 'sbom', about: { format: 'CycloneDX 1.5' }, content: one(toCycloneDx(packages, about)) }
  if (withImage) yield { name: 'image', about: {}, content: imageOf(plan, signal) }
  const drop = new Set(request.drop.flatMap((place) => ('file' in place ? [place.file] : [])))
  for (const layer of plan.layers) yield await partOf(layer, drop, signal, left)
}

/** As a layer of the OCI, so that the other side makes the image anew: no file system of somebody else is ever mounted. */
async function* imageOf({ source }: BundlePlan, signal: AbortSignal): AsyncGenerator<Buffer> {
  const left: LeftOut = { devices: 0, sockets: 0, attributes: 0, dropped: 0, named: 0 }
  const tree = await openUnionTar(source.imageTrees, signal)
  yield* toOciLayer(tree, { drop: new Set(), whiteouts: false, isPlace: () => false }, left)
}

async function partOf(
  layer: PlannedLayer,
  drop: ReadonlySet<string>,
  signal: AbortSignal,
  left: { dropped: number },
): Promise<PartSource> {
  const { bytes, sockets } = await layer.open(signal)
  const about: LayerAbout = {
    sockets: sockets
      .filter(({ path }) => !drop.has(path))
      .map((socket) => ({ ...socket, modified: `${socket.modified}` })),
  }
  const content = withoutFiles(bytes, drop, () => {
    left.dropped += 1
  })
  return { name: layer.key, about, content }
}

function messagesOf({ plan, withImage }: BundleExport, dropped: number): Sentence[] {
  const { source, snapshots } = plan
  const hasMemory = snapshots.some(({ snapshot }) => snapshot.live !== null)
  return [
    ...(source.isRunning ? [sentence('export-while-running')] : []),
    ...(source.hasPending ? [sentence('export-without-pending')] : []),
    ...describeVolumes(source.spec),
    ...(hasMemory ? [sentence('export-without-memory')] : []),
    ...(withImage ? [] : [sentence('export-without-image', { image: source.imageName })]),
    ...(dropped > 0 ? [sentence('export-without-files', { count: dropped })] : []),
  ]
}

async function* one(value: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(JSON.stringify(value))
}
