import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { exportTree, scanSecrets } from '#contract/archive'
import { listOf } from '#contract/sentence'
import type { Drivers } from '../engines/driver.ts'
import { hostRules } from '../sandboxes/host-paths.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { Trees } from '../sandboxes/trees.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotStore } from '../state/records/snapshot-records.ts'
import type { SettingsStore } from '../state/settings-store.ts'
import type { Progress, Tasks } from '../state/tasks.ts'
import { withTag } from '../storage/images/image-names.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { ArchivePlaces } from './archive-places.ts'
import { type BundlePlan, measurePlanned, planBundle } from './bundle/bundle-plan.ts'
import { exportBundle } from './bundle/export-bundle.ts'
import type { Signing } from './bundle/signing.ts'
import { chooseSecrets, describeDropped, scanPlan } from './choose-secrets.ts'
import { type Exported, exportImage, exportToRegistry } from './oci/export-image.ts'
import { findSource } from './oci/sources.ts'
import { type Output, openOutput } from './output-file.ts'
import { readInstalled } from './read-installed.ts'
import { runTask } from './run-task.ts'
import type { Place } from './secrets/scan-layers.ts'

interface Deps {
  readonly layers: LayerStore
}

type ExportRequest = z.output<(typeof exportTree)['request']>
type ScanRequest = z.output<(typeof scanSecrets)['request']>

export interface ExportDeps {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
  readonly now: () => Date
  readonly drivers: Drivers
  /** Ends when the agent stops. */
  readonly signal: AbortSignal
  readonly sandboxes: Pick<SandboxService, 'start'>
  readonly tasks: Tasks
  readonly settings: SettingsStore
  readonly trees: Trees
  readonly places: ArchivePlaces
  readonly signing: Signing
}

/** How much of an export looking for secrets is, by its usual time. */
const scanShare = 0.3

/** Looks for secrets in what would leave. */
export async function scanSource(deps: ExportDeps, request: ScanRequest, signal: AbortSignal) {
  const task = { id: request.task, kind: 'export.scan' as const, subject: request.source, signal }
  return runTask(deps, task, async (stop, report) => {
    const plan = await planBundle(deps, await findSource(deps, request.source, stop), [], stop)
    const layerBytes = await sizeOfLayers(deps, plan, stop)
    const found = await scanPlan(plan, stop, (bytes) => report('checking', shareOf(bytes, layerBytes)))
    const { files, bytes, truncated } = found
    return { findings: [...found.findings], files, bytes, truncated }
  })
}

/** Goes on when the client goes, until it is cancelled as a task or the agent ends. */
export async function exportSource(deps: ExportDeps, request: ExportRequest) {
  const { places } = deps
  const task = { id: request.task, kind: 'export.run' as const, subject: request.source, signal: deps.signal }
  return runTask(deps, task, async (signal, report) => {
    await places.ready
    const source = await findSource(deps, request.source, signal)
    const plan = await planBundle(deps, source, request.bundle?.snapshots ?? [], signal)
    const layerBytes = await sizeOfLayers(deps, plan, signal)
    const drop = await chooseSecrets(plan, request, signal, (bytes) =>
      report('checking', shareOf(bytes, layerBytes) * scanShare),
    )
    const work = { ...deps, request, plan, drop, signal, report, allBytes: source.image.contentBytes + layerBytes }
    const made = await (request.format === 'push' ? push(work) : write(work))
    const { texts, wordings } = listOf([...made.messages, ...describeDropped(drop)])
    return { ...made, messages: texts, messagesWordings: wordings }
  })
}

interface Work extends ExportDeps {
  readonly request: ExportRequest
  readonly plan: BundlePlan
  readonly drop: readonly Place[]
  /** Of the image and of all layers, not compressed. */
  readonly allBytes: number
  readonly signal: AbortSignal
  readonly report: Progress
}

async function push(work: Work) {
  const { places, request, signal } = work
  const name = request.name
  if (!name?.includes('/')) {
    throw appError('push-without-name')
  }
  const part = join(places.staging, randomBytes(6).toString('hex'))
  const target = withTag(name)
  const made = await exportToRegistry({ ...imageWork(work, target), part, target, signal })
  return { output: target, ...made }
}

async function write(work: Work) {
  const { places, request, allBytes } = work
  const { output: path, replace, format } = request
  const output = await openOutput({
    path,
    replace,
    neededBytes: allBytes,
    kind: format === 'oci-layout' ? 'folder' : 'file',
    rules: hostRules(work),
    notes: places.notes,
  })
  try {
    const made = await writeFormat(work, output)
    work.signal.throwIfAborted()
    await output.publish(format === 'joey' ? 0o600 : 0o644)
    return { output: path, ...made }
  } finally {
    await output.discard()
  }
}

async function writeFormat(work: Work, { part, folder }: Output): Promise<Exported> {
  const { request, plan, signal, report } = work
  const { format, name, bundle, source } = request
  if (format === 'push') throw new Error('pushing writes no file')
  if (format !== 'joey') {
    return exportImage({ ...imageWork(work, withTag(name ?? `joey/${plan.source.name}`)), format, part, folder })
  }
  const { image: withImage = true, note = '', passphrase } = bundle ?? {}
  const packages = await readInstalled(work, source, signal)
  const onShare = (share: number) => report('packing', scanShare + (1 - scanShare) * share)
  return exportBundle({ ...work, ref: source, note, withImage, passphrase, packages, part, onShare })
}

function imageWork({ request, plan, drop, signal, report, allBytes }: Work, name: string) {
  const onBytes = (bytes: number) => report('packing', scanShare + (1 - scanShare) * shareOf(bytes, allBytes))
  const { env, labels, ...single } = request.config ?? {}
  const { spec } = plan.source
  const said = Object.fromEntries(Object.entries(single).filter(([, value]) => value !== undefined))
  const more = { env: { ...spec.env, ...env }, labels: { ...spec.labels, ...labels } }
  return { source: { ...plan.source, spec: { ...spec, ...said, ...more } }, drop, signal, name, onBytes }
}

function shareOf(bytes: number, all: number): number {
  return Math.min(1, bytes / Math.max(1, all))
}

async function sizeOfLayers(deps: Deps, { layers }: BundlePlan, signal: AbortSignal): Promise<number> {
  let all = 0
  for (const layer of layers) all += (await measurePlanned(deps, layer, signal)).bytes
  return all
}
