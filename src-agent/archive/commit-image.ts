import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { commitTree } from '#contract/archive'
import { listOf, type Sentence } from '#contract/sentence'
import { type HostFolder, openOwnFolder } from '../base/host-path/host-folder.ts'
import { removeFolder } from '../base/process/remove-folder.ts'
import { withTag } from '../storage/images/image-names.ts'
import type { PullService } from '../storage/registry/pull-service.ts'
import type { ExportDeps } from './export-service.ts'
import { compress } from './oci/compress.ts'
import { exportImage, messagesOf, planImage } from './oci/export-image.ts'
import { writeFolder } from './oci/image-writer.ts'
import { extendKept, readKept } from './oci/kept-image.ts'
import type { LeftOut } from './oci/layer-stream.ts'
import { placesIn } from './oci/own-places.ts'
import { type ArchiveSource, findSource } from './oci/sources.ts'
import { finishOciImages, inBlobs, writeLayers } from './oci/write-image.ts'
import { runTask } from './run-task.ts'

export interface CommitDeps extends ExportDeps {
  readonly pulls: Pick<PullService, 'writeKept' | 'importKept'>
}

type CommitRequest = z.output<(typeof commitTree)['request']>

/** Makes an image of this machine of a sandbox or a snapshot. Goes on when the client goes, until it is cancelled as a task or the agent ends. */
export async function commitSource(deps: CommitDeps, request: CommitRequest) {
  const { places } = deps
  const task = { id: request.task, kind: 'export.run' as const, subject: request.source, signal: deps.signal }
  return runTask(deps, task, async (signal, report) => {
    await places.ready
    report('packing', null)
    const source = changed(await findSource(deps, request.source, signal), request.config ?? {})
    const name = withTag(request.name)
    const part = join(places.staging, randomBytes(6).toString('hex'))
    await mkdir(places.staging, { recursive: true, mode: 0o700 })
    try {
      await mkdir(part, { mode: 0o700 })
      const said = await writeLayout(deps, { source, name, part, signal })
      const [image] = await deps.pulls.importKept({ path: join(part, 'layout'), name, signal, onProgress: report })
      if (image === undefined) throw appError('not-an-image')
      const { texts, wordings } = listOf([...said])
      return { image, messages: texts, messagesWordings: wordings }
    } finally {
      await removeFolder(part)
    }
  })
}

/** The source with what its image shall say otherwise. */
function changed(source: ArchiveSource, config: NonNullable<CommitRequest['config']>): ArchiveSource {
  const { env, labels, exposedPorts = [], volumes = [], ...single } = config
  const { spec, image } = source
  const said = Object.fromEntries(Object.entries(single).filter(([, value]) => value !== undefined))
  const declared = {
    exposedPorts: [...new Set([...image.config.exposedPorts, ...exposedPorts])],
    volumes: [...new Set([...image.config.volumes, ...volumes])],
  }
  return {
    ...source,
    spec: { ...spec, ...said, env: { ...spec.env, ...env }, labels: { ...spec.labels, ...labels } },
    image: { ...image, config: { ...image.config, ...declared } },
  }
}

interface LayoutWork {
  readonly source: ArchiveSource
  readonly name: string
  /** A folder of its own, in which `layout` is made. */
  readonly part: string
  readonly signal: AbortSignal
}

/** Of an image whose bytes are kept its layers stay as they are; of another one its content is one layer. */
async function writeLayout(deps: CommitDeps, work: LayoutWork): Promise<readonly Sentence[]> {
  await mkdir(join(work.part, 'layout'), { mode: 0o700 })
  const folder = await openOwnFolder(join(work.part, 'layout'), { replace: false })
  try {
    const base = join(work.part, 'base')
    if (await deps.pulls.writeKept(work.source.image.digest, base)) return await extend(work, base, folder)
    const all = { ...work, part: join(work.part, 'layout'), drop: [], onBytes: () => undefined, folder }
    return (await exportImage({ ...all, format: 'oci-layout' })).messages
  } finally {
    await folder.close()
  }
}

async function extend(
  { source, name, part, signal }: LayoutWork,
  folder: string,
  layout: HostFolder,
): Promise<readonly Sentence[]> {
  const left: LeftOut = { devices: 0, sockets: 0, attributes: 0, dropped: 0, named: 0 }
  const base = await readKept(folder)
  const out = await writeFolder(layout)
  const plan = planImage({ source, name, drop: [], signal, onBytes: () => undefined })
  const ofImage = await placesIn(source.imageTrees.flatMap((each) => (each.kind === 'folder' ? [each.path] : [])))
  const put = (content: AsyncIterable<Buffer>) => out.addBlob(compress(content), inBlobs)
  const written = await writeLayers({ ...plan, layers: plan.layers.slice(1) }, left, put, ofImage)
  signal.throwIfAborted()
  const layers = written.map(({ blob, diffId, plan: { madeBy } }) => ({ ...blob, diffId, madeBy }))
  const { manifest, config } = extendKept(base, { createdAt: plan.createdAt, config: plan.config, layers })
  for (const hex of (await readdir(folder)).filter((each) => /^[a-f0-9]{64}$/.test(each))) {
    await rename(join(folder, hex), join(part, 'layout', inBlobs(hex)))
  }
  await out.addBlob(only(config), inBlobs)
  const described = await out.addBlob(only(manifest), inBlobs)
  const { mediaType = 'application/vnd.oci.image.manifest.v1+json' } = base.manifest
  const entry = { ...described, mediaType: String(mediaType), name, architecture: source.image.architecture }
  await finishOciImages([entry], out)
  return messagesOf(source, left)
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
