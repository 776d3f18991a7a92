import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The state of the monitor of a run (proc_pid_stat(5)), T where it is held; empty where it is gone. */
export async function monitorState(run: string): Promise<string> {
  const pid = (await readFile(join(run, 'monitor.pid'), 'utf8')).trim()
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? ''
}
