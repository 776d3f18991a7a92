import { isHeeded } from '../process/host-process.ts'
import { driverOf, type SandboxContext } from './context.ts'
import { signalNumber } from './describe-exit.ts'
import type { Endings } from './endings.ts'
import type { SandboxRecord } from './records.ts'
import { tidy } from './runs.ts'

/** Beyond KILL the kernel needs a moment; a process that survives this long hangs in the kernel. */
const killPatienceMs = 15_000
const sigKill = '9'
const sigTerm = 15

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
  // Where the guest's processes cannot be looked at, one that does not listen is waited for, as long as it was given.
  const polite = graceMs > 0 && pid !== null && (!driver.sharesProcesses || (await isHeeded(pid, wanted)))
  if (polite) {
    // A guest with a kernel of its own takes a signal only while it runs.
    if (state === 'paused' && !driver.sharesProcesses) await driver.resume(id)
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
