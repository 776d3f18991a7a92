import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMonitorOf } from '../../process/host-process.ts'

const patienceMs = 3_000
const pollMs = 3

/** A monitor, or the script that it runs, that is still at work would leave its files behind us, and an exit code that a later run would take for its own. */
export async function awaitMonitorGone(pidFile: string, id: string): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 0)) return
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    if (!(await isMonitorOf(pid, id))) return
    await sleep(pollMs)
  }
  if (await isMonitorOf(pid, id)) process.kill(pid, 'SIGKILL')
}
