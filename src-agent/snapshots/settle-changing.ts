import type { Logger } from 'pino'
import { sentence } from '#contract/sentence'
import type { Background } from '../base/async/background.ts'
import type { IdRanges } from '../base/kernel/id-ranges.ts'
import type { Drivers } from '../engines/driver.ts'
import type { Network } from '../network/network.ts'
import { tidy } from '../sandboxes/cleanup.ts'
import { unseenExit } from '../sandboxes/describe-exit.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import type { OpenHandles } from '../sandboxes/open-handles.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { StateFolder } from '../state/folder.ts'
import { type SandboxRecords, withSandbox } from '../state/records/sandbox-records.ts'

export interface SettleChangingDeps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly network: Network
  readonly background: Background
  readonly openHandles: OpenHandles
  readonly log: Logger
  readonly now: () => Date
  readonly drivers: Drivers
  readonly idRanges: IdRanges | null
  readonly sandboxes: Pick<SandboxService, 'endings'>
}

/**
 * The truth on record for a sandbox whose memory was being saved when something failed, or the agent died: it runs, by
 * whichever processes the engine has left; or it does not, with the reason. `heldStill` says that it was paused for the save, and
 * is to go on.
 */
export async function settleChanging(
  deps: SettleChangingDeps,
  id: string,
  heldStill: 'paused' | 'by-a-person',
): Promise<'runs' | 'stopped'> {
  const record = deps.records.get(id)
  if (record?.sandbox.state !== 'changing') return 'runs'
  const driver = driverOf(deps, record.sandbox.class)
  const phase = await driver.phase(id)
  const { pid } = record.sandbox
  const recorded = pid === null || record.monitorPid === null ? null : { pid, monitorPid: record.monitorPid }
  const processes = await driver.findProcesses(id, deps.folder.sandbox(id), recorded)
  if (processes && (phase === 'running' || phase === 'paused')) {
    const goesOn = phase === 'paused' && heldStill === 'paused'
    const isGoing = !goesOn || (await driver.resume(id).then(isTrue, isFalse))
    const state = phase === 'running' || (goesOn && isGoing) ? 'running' : 'paused'
    deps.openHandles.begin(id)
    deps.records.put({ ...withSandbox(record, { state, pid: processes.pid }), monitorPid: processes.monitorPid })
    return 'runs'
  }
  // Nobody else looks after a sandbox in this state, so nothing of it may be left.
  await tidy(deps, driver, record, record.lease)
  const exit = unseenExit('monitor-lost', sentence('exit-while-saving'), deps.now())
  const ended = withSandbox(record, {
    state: 'stopped',
    exit,
    pid: null,
    address: null,
    addresses: [],
    ports: [],
    health: null,
  })
  deps.records.put({ ...ended, monitorPid: null, lease: null, stopAsked: false })
  deps.sandboxes.endings.resolveWaiters(id, exit)
  return 'stopped'
}

const isTrue = (): boolean => true
const isFalse = (): boolean => false
