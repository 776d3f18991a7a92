import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { exportTree, scanSecrets } from '#contract/archive'
import { withTag } from '../storage/images/image-names.ts'
import { run } from '../base/process/run.ts'
import { joeyFolders } from '../sandboxes/host-paths.ts'
import type { Progress } from '../state/tasks.ts'
import type { TimeGround } from '../time-ground.ts'
import type { ArchivePlaces } from './archive-places.ts'
import { type BundlePlan, measurePlanned, planBundle } from './bundle/bundle-plan.ts'
import { exportBundle } from './bundle/export-bundle.ts'
import type { Signing } from './bundle/signing.ts'
import { chooseSecrets, scanPlan, tellDropped } from './choose-secrets.ts'
import { type Exported, exportImage, exportToRegistry } from './oci/export-image.ts'
import { openOutput } from './output-file.ts'
import { readInstalled } from './read-installed.ts'
import { runTask } from './run-task.ts'
import type { Place } from './secrets/scan-layers.ts'
import { findSource } from './oci/sources.ts'

type ExportRequest = z.output<(typeof exportTree)['request']>
type ScanRequest = z.output<(typeof scanSecrets)['request']>

export interface ExportGround {
  readonly ground: TimeGround
  readonly places: ArchivePlaces
  readonly signing: Signing
}

/** How much of an export looking for secrets is, by its usual time. */
const scanShare = 0.3

/** Looks for secrets in what would leave. */
export async function scanSource({ ground }: ExportGround, request: ScanRequest, signal: AbortSignal) {
  const task = { id: request.task, kind: 'export.scan' as const, subject: request.source, signal }
  return runTask(ground, task, async (stop, tell) => {
    const plan = await planBundle(ground, await findSource(ground, request.source, stop), [], stop)
    const layerBytes = await sizeOfLayers(ground, plan, stop)
    const found = await scanPlan(plan, stop, (bytes) => tell('checking', shareOf(bytes, layerBytes)))
    const { files, bytes, truncated } = found
    return { findings: [...found.findings], files, bytes, truncated }
  })
}

/** Goes on when the client goes, until it is cancelled as a task or the agent ends. */
export async function exportSource(own: ExportGround, request: ExportRequest) {
  const { ground, places } = own
  const task = { id: request.task, kind: 'export.run' as const, subject: request.source, signal: ground.context.signal }
  return runTask(ground, task, async (signal, tell) => {
    await places.ready
    const source = await findSource(ground, request.source, signal)
    const plan = await planBundle(ground, source, request.bundle?.snapshots ?? [], signal)
    const layerBytes = await sizeOfLayers(ground, plan, signal)
    const drop = await chooseSecrets(plan, request, signal, (bytes) =>
      tell('checking', shareOf(bytes, layerBytes) * scanShare),
    )
    const work = { ...own, request, plan, drop, signal, tell, allBytes: source.image.contentBytes + layerBytes }
    const made = await (request.format === 'push' ? push(work) : write(work))
    return { ...made, told: [...made.told, ...tellDropped(drop)] }
  })
}

interface Work extends ExportGround {
  readonly request: ExportRequest
  readonly plan: BundlePlan
  readonly drop: readonly Place[]
  /** Of the image and of all layers, not compressed. */
  readonly allBytes: number
  readonly signal: AbortSignal
  readonly tell: Progress
}

async function push(work: Work) {
  const { places, request, signal } = work
  const name = request.name
  if (!name?.includes('/')) {
    const message = 'Say where to push it: a name with its registry, as in "registry.example.org/team/web:1".'
    throw appError('invalidRequest', 'push-without-name', message)
  }
  const part = join(places.staging, randomBytes(6).toString('hex'))
  const target = withTag(name)
  const made = await exportToRegistry({ ...imageWork(work, target), part, run, target, signal })
  return { output: target, ...made }
}

async function write(work: Work) {
  const { ground, places, request, allBytes } = work
  const { output: path, replace, format } = request
  const output = await openOutput({
    path,
    replace,
    neededBytes: allBytes,
    kind: format === 'oci-layout' ? 'folder' : 'file',
    joeyFolders: joeyFolders(ground.context.folder),
    notes: places.notes,
  })
  try {
    const made = await writeFormat(work, output.part)
    work.signal.throwIfAborted()
    await output.publish(format === 'joey' ? 0o600 : 0o644)
    return { output: path, ...made }
  } finally {
    await output.discard()
  }
}

async function writeFormat(work: Work, part: string): Promise<Exported> {
  const { ground, request, plan, signal, tell } = work
  const { format, name, bundle, source } = request
  if (format === 'push') throw new Error('pushing writes no file')
  if (format !== 'joey') {
    return exportImage({ ...imageWork(work, withTag(name ?? `joey/${plan.source.name}`)), format, part })
  }
  const { image: withImage = true, note = '', passphrase } = bundle ?? {}
  const packages = await readInstalled(ground, source, signal)
  const onShare = (share: number) => tell('packing', scanShare + (1 - scanShare) * share)
  return exportBundle({ ...work, ref: source, note, withImage, passphrase, packages, part, onShare })
}

function imageWork({ plan, drop, signal, tell, allBytes }: Work, name: string) {
  const onBytes = (bytes: number) => tell('packing', scanShare + (1 - scanShare) * shareOf(bytes, allBytes))
  return { source: plan.source, drop, signal, name, onBytes }
}

function shareOf(bytes: number, all: number): number {
  return Math.min(1, bytes / Math.max(1, all))
}

async function sizeOfLayers(ground: TimeGround, { layers }: BundlePlan, signal: AbortSignal): Promise<number> {
  let all = 0
  for (const layer of layers) all += (await measurePlanned(ground, layer, signal)).bytes
  return all
}
