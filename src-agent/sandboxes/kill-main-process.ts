import { killNow } from '../base/kernel/cgroup-files.ts'
import type { Driver } from '../engines/driver.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

/**
 * Kills the main process by its number, for what the engine no longer finds: somebody has removed its cgroup or its record. Only
 * as long as its monitor is there, which keeps the number from being given to another. Without effect where it has ended.
 */
export async function killMainProcess(
  { folder }: { readonly folder: Pick<StateFolder, 'sandbox'> },
  driver: Pick<Driver, 'findProcesses'>,
  { sandbox: { id, pid }, monitorPid }: SandboxRecord,
): Promise<void> {
  const recorded = pid === null || monitorPid === null ? null : { pid, monitorPid }
  const found = await driver.findProcesses(id, folder.sandbox(id), recorded)
  if (found) killNow(found.pid)
}
