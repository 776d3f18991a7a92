import type { Sandbox } from '#contract/sandbox'
import { ability, type Driver } from '../engines/driver.ts'
import { isHeeded } from '../base/process/host-process.ts'
import { driverOf, type SandboxContext } from './context.ts'
import { signalNumber } from './describe-exit.ts'
import type { Endings } from './endings.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { tidy } from './runs.ts'

/** Beyond KILL the kernel needs a moment; a process that survives this long hangs in the kernel. */
const killPatienceMs = 15_000
const sigKill = '9'
const sigTerm = 15

/** Whether the main process would notice the signal; one that would not need not be waited for. */
async function wouldHear(driver: Driver, sandbox: Sandbox, pid: number, signal: number): Promise<boolean> {
  if (driver.sharesProcesses) return isHeeded(pid, signal)
  // Who cannot tell, or does not answer, is asked to end and waited for, as long as it was given.
  const asked = ability(driver, 'heeds')?.heeds(sandbox.id, String(signal))
  return asked === undefined || asked.catch(() => true)
}

/**
 * Ends what runs: politely if that can be heard, then by force. Resolves when the end is on record.
 * For the holder of the sandbox's lock.
 */
export async function endMainProcess(
  context: SandboxContext,
  endings: Endings,
  record: SandboxRecord,
  graceMs: number,
): Promise<void> {
  const { id, pid, state, imageDigest } = record.sandbox
  const driver = driverOf(context, record.sandbox.class)
  const wanted = signalNumber(context.images.find(imageDigest).config.stopSignal ?? 'TERM') ?? sigTerm
  const polite = graceMs > 0 && pid !== null
  // A guest with a kernel of its own takes a signal, and a question, only while it runs.
  if (polite && state === 'paused' && !driver.sharesProcesses) await driver.resume(id)
  if (polite && (await wouldHear(driver, record.sandbox, pid, wanted))) {
    await driver.kill(id, String(wanted))
    if (state === 'paused' && driver.sharesProcesses) await driver.resume(id)
    if (await endings.settleWithin(id, graceMs)) return
  }
  await driver.kill(id, sigKill, { all: true })
  if ((await driver.phase(id)) === 'paused') await driver.resume(id)
  if (await endings.settleWithin(id, killPatienceMs)) return
  // The monitor said nothing although the process was killed: it is gone itself.
  await tidy(context, driver, record, record.lease)
  await endings.settleLost(id)
}
