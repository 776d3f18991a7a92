import { isMonitorOf } from '../base/process/host-process.ts'
import { driverOf, type SandboxContext } from './context.ts'
import type { Endings } from './endings.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { tidy } from './runs.ts'

const lookMs = 3_000

/**
 * Sees that a monitor was killed. Without it nobody holds the log, and nobody would tell the end: what it watched is
 * ended, told as lost, and can be started again. Returns its own undo.
 */
export function watchMonitors(context: SandboxContext, endings: Endings): () => void {
  const { records, lock, log } = context
  let isLooking = false

  const settle = async (id: string): Promise<void> => {
    const record = records.get(id)
    if (!record || !(await isOrphaned(record))) return
    // A monitor that ends as it should leaves the exit code before it goes.
    if (await endings.settleWithin(id, 0)) return
    log.warn({ id, monitorPid: record.monitorPid }, 'a monitor was killed; what it watched is ended')
    const driver = driverOf(context, record.sandbox.class)
    await driver.kill(id, '9', { all: true })
    await tidy(context, driver, record, record.lease)
    await endings.settleLost(id)
  }
  const look = async (): Promise<void> => {
    for (const record of records.all()) {
      if (!(await isOrphaned(record))) continue
      const { id } = record.sandbox
      await lock.run(id, () => settle(id))
    }
  }
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    look()
      .catch((err: unknown) => log.error({ err }, 'monitors could not be looked after'))
      .finally(() => {
        isLooking = false
      })
  }, lookMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function isOrphaned({ sandbox, monitorPid }: SandboxRecord): Promise<boolean> {
  if (monitorPid === null || !['running', 'paused'].includes(sandbox.state)) return false
  return !(await isMonitorOf(monitorPid, sandbox.id))
}
