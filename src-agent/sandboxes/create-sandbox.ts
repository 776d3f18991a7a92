import { networksOf } from '#contract/networks-of'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import type { TerminalSize } from '#contract/terminal-size'
import type { KeyedLock } from '../base/async/locks.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { removeForGood } from './cleanup.ts'
import type { Endings } from './endings.ts'
import { withExposedPorts } from './exposed-ports.ts'
import { driverOf } from './find-driver.ts'
import { requireFreeName } from './find-sandbox.ts'
import { describeChange } from './grant-policy.ts'
import { hostRules } from './host-paths.ts'
import type { HostsFiles } from './hosts-files.ts'
import { type LaunchDeps, launch } from './launch.ts'
import { suggestName } from './names.ts'
import { requireFittingAddresses } from './networks.ts'
import { newRecord } from './new-record.ts'
import { resolveArgv } from './process-plan.ts'
import { describeDeadSockets, findDeadSockets } from './socket-notices.ts'
import { checkSpec } from './spec-policy.ts'
import { takeVolumes, withImageVolumes } from './volumes.ts'

export interface CreateRequest {
  readonly name?: string | undefined
  readonly spec: SandboxSpec
  readonly start: boolean
  /** The ports that the image declares are published on free ones. */
  readonly publishExposed?: boolean
  /** Nobody has chosen the limit of memory that it has. */
  readonly memoryFromSettings?: boolean
  /** Of who is going to look at its main process. */
  readonly terminal?: TerminalSize | undefined
}

interface Deps extends LaunchDeps {
  readonly lock: KeyedLock
  readonly endings: Pick<Endings, 'resolveWaiters'>
  readonly hosts: Pick<HostsFiles, 'settled'>
}

/** A new sandbox, on record before anything of it is made. One that was to be started and could not be leaves nothing. */
export async function createSandbox(deps: Deps, request: CreateRequest, signal: AbortSignal): Promise<Sandbox> {
  const { records } = deps
  const planned = await makeRecord(deps, request)
  return deps.lock.run(planned.sandbox.id, async () => {
    const { record, made } = takeVolumes(deps.volumes, planned)
    const { sandbox } = record
    const granted = { name: sandbox.name, before: [], after: sandbox.spec.grants, runs: false }
    records.put(record, describeChange(granted))
    const sockets = await findDeadSockets(sandbox.spec)
    if (sockets.length > 0) records.put(record, describeDeadSockets(sandbox.name, sockets))
    if (!request.start) return sandbox
    try {
      const running = await launch(deps, record, AbortSignal.any([signal, deps.signal]))
      records.put(running)
      if (networksOf(running.sandbox.spec).length > 0) await deps.hosts.settled()
      return running.sandbox
    } catch (error) {
      // It never ran, so there is nothing in it to keep.
      await removeForGood(deps, { ...record, volumesToo: true })
      await deps.volumes.removeUnused(made)
      deps.endings.resolveWaiters(sandbox.id, null)
      throw error
    }
  })
}

async function makeRecord(
  deps: Pick<Deps, 'records' | 'networkRecords' | 'folder' | 'images' | 'drivers' | 'now'>,
  { name, spec, start, publishExposed = false, memoryFromSettings = false, terminal }: CreateRequest,
): Promise<SandboxRecord> {
  driverOf(deps, spec.class)
  const image = deps.images.find(spec.image)
  const published = publishExposed ? withExposedPorts(spec, image.config.exposedPorts) : spec
  const checked = await checkSpec(withImageVolumes(published, image.config.volumes), hostRules(deps))
  requireFittingAddresses(deps.networkRecords, checked)
  const argv = resolveArgv(spec, image.config)
  // Nothing waits between this look and the record, so two creations cannot take one name.
  if (name !== undefined) requireFreeName(deps, name)
  return newRecord(deps, {
    name: name ?? suggestName((each) => deps.records.findAnyCase(each) !== undefined),
    spec: checked,
    argv,
    image: { reference: spec.image, digest: image.digest },
    state: start ? 'starting' : 'created',
    memoryFromSettings,
    terminalSize: terminal ?? null,
  })
}
