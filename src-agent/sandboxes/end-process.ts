import type { Logger } from 'pino'
import type { Sandbox } from '#contract/sandbox'
import type { Background } from '../base/async/background.ts'
import { handlesSignal } from '../base/kernel/host-process.ts'
import type { IdRanges } from '../base/kernel/id-ranges.ts'
import { signalNumber } from '../base/kernel/signal-number.ts'
import { ability, type Driver, type Drivers } from '../engines/driver.ts'
import type { Network } from '../network/network.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import { tidy } from './cleanup.ts'
import type { Endings } from './endings.ts'
import { driverOf } from './find-driver.ts'
import { killMainProcess } from './kill-main-process.ts'
import type { OpenHandles } from './open-handles.ts'

interface Deps {
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly network: Network
  readonly background: Background
  readonly openHandles: OpenHandles
  readonly log: Logger
  readonly drivers: Drivers
  readonly idRanges: IdRanges | null
}

/** Beyond KILL the kernel needs a moment; a process that survives this long hangs in the kernel. */
const killPatienceMs = 15_000
/** Most are gone by then. */
const promptMs = 500
const sigKill = '9'
const sigTerm = 15

/** Its own, the image's, or TERM where neither is named, or none that the class can send; `isReplaced` tells the last. */
export function stopSignalOf(deps: Pick<Deps, 'images' | 'drivers'>, { imageDigest, class: own, spec }: Sandbox) {
  const named = spec.stopWith ?? deps.images.find(imageDigest).config.stopSignal
  const number = (named === null ? null : signalNumber(named)) ?? sigTerm
  const isReplaced = number > (driverOf(deps, own).highestSignal ?? number)
  return { number: isReplaced ? sigTerm : number, named, isReplaced }
}

/** Whether the main process would notice the signal; one that would not need not be waited for. */
async function wouldHear(driver: Driver, sandbox: Sandbox, pid: number, signal: number): Promise<boolean> {
  if (driver.sharesProcesses) return handlesSignal(pid, signal)
  // Who cannot tell, or does not answer, is asked to end and waited for, as long as it was given.
  const handles = ability(driver, 'handlesSignal')?.handlesSignal(sandbox.id, String(signal))
  return handles === undefined || handles.catch(() => true)
}

/**
 * Ends what runs: politely if that can be heard, then by force. Resolves when the end is on record.
 * For the holder of the sandbox's lock.
 */
export async function endMainProcess(
  deps: Deps,
  endings: Endings,
  record: SandboxRecord,
  graceMs: number,
): Promise<void> {
  const { id, pid, state } = record.sandbox
  const driver = driverOf(deps, record.sandbox.class)
  const wanted = stopSignalOf(deps, record.sandbox).number
  const polite = graceMs > 0 && pid !== null
  // A guest with a kernel of its own takes a signal, and a question, only while it runs.
  if (polite && state === 'paused' && !driver.sharesProcesses) await driver.resume(id)
  if (polite && (await wouldHear(driver, record.sandbox, pid, wanted))) {
    await driver.kill(id, String(wanted))
    if (state === 'paused' && driver.sharesProcesses) await driver.resume(id)
    if (await endings.settleWithGrace(id, graceMs)) return
  }
  await driver.kill(id, sigKill, { all: true })
  // What is not on record as paused has ended before the engine could say whether it is.
  if (state !== 'paused' && (await endings.settleWithin(id, promptMs))) return
  if ((await driver.phase(id)) === 'paused') await driver.resume(id)
  await killMainProcess(deps, driver, record)
  if (await endings.settleWithin(id, killPatienceMs)) return
  // The monitor said nothing although the process was killed: it is gone itself.
  await tidy(deps, driver, record, record.lease)
  await endings.settleLost(id)
}
