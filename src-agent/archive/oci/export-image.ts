import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ExportFormat } from '#contract/archive'
import { type Sentence, sentence } from '#contract/sentence'
import { type HostFolder, openOwnFolder } from '../../base/host-path/host-folder.ts'
import type { Place } from '../secrets/scan-layers.ts'
import { configOf } from './image-config.ts'
import { type ImageWriter, writeArchive, writeFolder } from './image-writer.ts'
import type { LeftOut } from './layer-stream.ts'
import { openUnionTar } from './layer-tar.ts'
import { describeVolumes } from './left-out.ts'
import { pushLayout } from './push.ts'
import type { ArchiveSource } from './sources.ts'
import { type ImagePlan, writeDockerImage, writeOciImage } from './write-image.ts'

export interface ImageExport {
  readonly source: ArchiveSource
  readonly format: Exclude<ExportFormat, 'joey' | 'push'>
  /** With tag. */
  readonly name: string
  readonly drop: readonly Place[]
  /** File or folder to make. */
  readonly part: string
  /** Where a folder is to be filled: then this, and nothing is written to `part`. */
  readonly folder: HostFolder | null
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

export interface Exported {
  readonly bytes: number
  readonly sha256: string
  readonly messages: readonly Sentence[]
}

/** Writes a sandbox or snapshot as an image: one layer with the image's content, and one for each layer of Joey's. */
export async function exportImage(request: ImageExport): Promise<Exported> {
  const { format, part, source, signal } = request
  const left: LeftOut = { devices: 0, sockets: 0, attributes: 0, dropped: 0, named: 0 }
  const isFolder = request.folder !== null
  const writer: ImageWriter = request.folder === null ? await writeArchive(part) : await writeFolder(request.folder)
  try {
    const plan = planImage(request)
    const digest = await (format === 'docker' ? writeDockerImage : writeOciImage)(plan, writer, left)
    signal.throwIfAborted()
    const messages = messagesOf(source, left)
    if (isFolder) return { bytes: 0, sha256: digest.slice('sha256:'.length), messages }
    return { bytes: (await stat(part)).size, sha256: await hashFile(part), messages }
  } finally {
    await writer.close()
  }
}

/** Puts the image together in a folder and has it pushed from there. */
export async function exportToRegistry(
  request: Omit<ImageExport, 'format' | 'folder'> & { readonly target: string },
): Promise<Exported> {
  await mkdir(dirname(request.part), { recursive: true, mode: 0o700 })
  await mkdir(request.part, { mode: 0o700 })
  try {
    const made = await exportLayout(request)
    await pushLayout({ layout: request.part, target: request.target, signal: request.signal })
    return made
  } finally {
    await rm(request.part, { recursive: true, force: true })
  }
}

async function exportLayout(request: Omit<ImageExport, 'format' | 'folder'>): Promise<Exported> {
  const folder = await openOwnFolder(request.part, { replace: false })
  try {
    return await exportImage({ ...request, folder, format: 'oci-layout' })
  } finally {
    await folder.close()
  }
}

/** What is to be written: the image's content as one layer, and each layer on top of it. */
export function planImage({
  source,
  name,
  drop,
  signal,
  onBytes,
}: Omit<ImageExport, 'format' | 'part' | 'folder'>): ImagePlan {
  const files = new Set(drop.flatMap((place) => ('file' in place ? [place.file] : [])))
  const variables = new Set(drop.flatMap((place) => ('variable' in place ? [place.variable] : [])))
  const { image, createdAt } = source
  const base = {
    madeBy: `image ${source.imageName}`,
    createdAt: image.createdAt ?? image.importedAt,
    isImage: true,
    drop: new Set<string>(),
    open: () => openUnionTar(source.imageTrees, signal),
  }
  const changes = source.layers.toReversed().map((layer) => ({
    madeBy: `changes in sandbox ${source.name}${layer.id === null ? '' : ` (layer ${layer.id})`}`,
    createdAt,
    isImage: false,
    drop: files,
    open: () => layer.open(signal),
  }))
  const config = configOf(image.config, source.spec, variables)
  return { name, architecture: image.architecture, createdAt, config, layers: [base, ...changes], onBytes }
}

/** What was left out, and what the reader should know. */
export function messagesOf(source: ArchiveSource, left: LeftOut): Sentence[] {
  const counted = [
    ['export-without-devices', left.devices],
    ['export-without-sockets', left.sockets],
    ['export-without-attributes', left.attributes],
    ['export-without-names', left.named],
    ['export-without-files', left.dropped],
  ] as const
  return [
    ...(source.isRunning ? [sentence('export-while-running')] : []),
    ...(source.hasPending ? [sentence('export-without-pending')] : []),
    ...describeVolumes(source.spec),
    ...counted.flatMap(([reason, count]) => (count > 0 ? [sentence(reason, { count })] : [])),
  ]
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
