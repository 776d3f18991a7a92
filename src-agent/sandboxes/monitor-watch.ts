import type { Logger } from 'pino'
import type { Background } from '../base/async/background.ts'
import type { KeyedLock } from '../base/async/locks.ts'
import { isMonitorOf } from '../base/kernel/host-process.ts'
import type { IdRanges } from '../base/kernel/id-ranges.ts'
import type { Drivers } from '../engines/driver.ts'
import type { Network } from '../network/network.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import { tidy } from './cleanup.ts'
import type { Endings } from './endings.ts'
import { driverOf } from './find-driver.ts'
import type { OpenHandles } from './open-handles.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly network: Network
  readonly lock: KeyedLock
  readonly background: Background
  readonly openHandles: OpenHandles
  readonly log: Logger
  readonly drivers: Drivers
  readonly idRanges: IdRanges | null
}

const checkMs = 3_000

/**
 * Sees that a monitor was killed. Without it nobody holds the log, and nobody would report the end: what it watched is
 * ended, reported as lost, and can be started again. Returns its own undo.
 */
export function watchMonitors(deps: Deps, endings: Endings): () => void {
  const { records, lock, log } = deps
  let isChecking = false

  const settle = async (id: string): Promise<void> => {
    const record = records.get(id)
    if (!record || !(await isOrphaned(record))) return
    // A monitor that ends as it should leaves the exit code before it goes.
    if (await endings.settleWithin(id, 0)) return
    log.warn({ id, monitorPid: record.monitorPid }, 'a monitor was killed; what it watched is ended')
    const driver = driverOf(deps, record.sandbox.class)
    await driver.kill(id, '9', { all: true })
    await tidy(deps, driver, record, record.lease)
    await endings.settleLost(id)
  }
  const check = async (): Promise<void> => {
    for (const record of records.all()) {
      if (!(await isOrphaned(record))) continue
      const { id } = record.sandbox
      await lock.run(id, () => settle(id))
    }
  }
  const timer = setInterval(() => {
    if (isChecking) return
    isChecking = true
    check()
      .catch((err: unknown) => log.error({ err }, 'monitors could not be looked after'))
      .finally(() => {
        isChecking = false
      })
  }, checkMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function isOrphaned({ sandbox, monitorPid }: SandboxRecord): Promise<boolean> {
  if (monitorPid === null || !['running', 'paused'].includes(sandbox.state)) return false
  return !(await isMonitorOf(monitorPid, sandbox.id))
}
