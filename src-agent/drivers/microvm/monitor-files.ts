import { join } from 'node:path'

/** Where conmon writes its own number and that of the process that it watches. */
export function monitorFiles(run: string): Record<'pid' | 'monitorPid', string> {
  return { pid: join(run, 'pid'), monitorPid: join(run, 'monitor.pid') }
}
