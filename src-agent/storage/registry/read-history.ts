import * as z from 'zod'
import type { Image } from '#contract/image'
import type { HistoryStep } from '#contract/image-upkeep'
import type { ImagePart } from '../../state/records/image-records.ts'
import { Manifest } from '../images/oci-schemas.ts'
import type { BlobStore } from './blob-store.ts'

const Text = z.string().max(65_536).catch('')
const DateTime = z.iso.datetime({ offset: true })
/** What an image says of itself; what cannot be read of it is as if it said nothing. */
const Said = z.looseObject({
  rootfs: z.looseObject({ diff_ids: z.array(z.string()).max(1000) }),
  history: z
    .array(
      z.looseObject({
        created: Text.default(''),
        created_by: Text.default(''),
        comment: Text.default(''),
        empty_layer: z.boolean().catch(false).default(false),
      }),
    )
    .max(4096)
    .catch([])
    .default([]),
})

/** How an image came to be, the latest step first. `parts` is what it is made of here. */
export async function readHistory(
  blobs: Pick<BlobStore, 'keptOf' | 'read'>,
  { digest, contentBytes }: Pick<Image, 'digest' | 'contentBytes'>,
  parts: readonly ImagePart[],
): Promise<HistoryStep[]> {
  const layers = parts.flatMap((part) => part.layers)
  // What Joey made itself has no layers.
  if (layers.length === 0) return [stepOf({ contentBytes })]
  const said = await readSaid(blobs, digest)
  if (said === null || said.history.length === 0) {
    return layers.map((layer) => stepOf({ contentBytes: layer.contentBytes })).toReversed()
  }
  const sizes = new Map(layers.map((layer) => [layer.diffId, layer.contentBytes]))
  let at = 0
  const steps = said.history.map(({ created, created_by: createdBy, comment, empty_layer: isEmpty }) => {
    const bytes = isEmpty ? null : (sizes.get(said.rootfs.diff_ids[at++] ?? '') ?? 0)
    const createdAt = DateTime.safeParse(created).success ? created : null
    return stepOf({ createdAt, createdBy, comment, contentBytes: bytes })
  })
  return steps.toReversed()
}

const stepOf = (step: Partial<HistoryStep>): HistoryStep => ({
  ...{ createdAt: null, createdBy: '', comment: '', contentBytes: null },
  ...step,
})

/** The configuration as the registry or the build has it. */
async function readSaid(
  blobs: Pick<BlobStore, 'keptOf' | 'read'>,
  image: string,
): Promise<z.infer<typeof Said> | null> {
  const [kept] = await blobs.keptOf(image)
  if (kept === undefined) return null
  const { config } = Manifest.parse(JSON.parse((await blobs.read(kept.origin.manifest)).toString('utf8')))
  const said = Said.safeParse(JSON.parse((await blobs.read(config.digest)).toString('utf8')))
  return said.success ? said.data : null
}
