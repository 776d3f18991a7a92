import { readFile } from 'node:fs/promises'
import { monitorFiles } from '../engines/conmon.ts'
import { isMonitorOf } from '../base/process/host-process.ts'
import { driverOf, withSandbox } from '../sandboxes/context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { tidy } from '../sandboxes/runs.ts'
import type { TimeGround } from '../time-ground.ts'

/**
 * The truth on record for a sandbox whose memory was being saved when something failed, or the agent died: it runs, by
 * whichever processes the engine has left; or it does not, with the reason. `heldStill` says that it stood still for the save, and
 * is to go on.
 */
export async function settleChanging(
  { context, sandboxes }: Pick<TimeGround, 'context' | 'sandboxes'>,
  id: string,
  heldStill: 'paused' | 'by-a-person',
): Promise<'runs' | 'stopped'> {
  const record = context.records.get(id)
  if (record?.sandbox.state !== 'changing') return 'runs'
  const driver = driverOf(context, record.sandbox.class)
  const phase = await driver.phase(id)
  const processes = await findProcesses(context.folder.sandbox(id).run, record)
  if (processes && (phase === 'running' || phase === 'paused')) {
    const goesOn = phase === 'paused' && heldStill === 'paused'
    const isGoing = !goesOn || (await driver.resume(id).then(isTrue, isFalse))
    const state = phase === 'running' || (goesOn && isGoing) ? 'running' : 'paused'
    context.live.begin(id)
    context.records.put({ ...withSandbox(record, { state, pid: processes.pid }), monitorPid: processes.monitorPid })
    return 'runs'
  }
  // Nobody else looks after a sandbox in this state, so nothing of it may be left.
  await tidy(context, driver, record, record.lease)
  const message =
    'It ended while its memory was being saved, and could not be let go on. Its disk is whole; start it again.'
  const exit = { code: null, reason: 'monitor-lost' as const, message, at: context.now().toISOString() }
  const ended = withSandbox(record, { state: 'stopped', exit, pid: null, address: null, ports: [] })
  context.records.put({ ...ended, monitorPid: null, lease: null, stopAsked: false })
  sandboxes.endings.settle(id, exit)
  return 'stopped'
}

const isTrue = (): boolean => true
const isFalse = (): boolean => false

interface Processes {
  readonly pid: number
  readonly monitorPid: number
}

/** The monitor of the run, with the process that it watches: those on record, or those that took their place. */
async function findProcesses(run: string, { sandbox, monitorPid }: SandboxRecord): Promise<Processes | null> {
  const files = monitorFiles(run)
  const known = { pid: sandbox.pid ?? 0, monitorPid: monitorPid ?? 0 }
  for (const { pid, monitorPid: monitor } of [
    known,
    { pid: await pidIn(files.pid), monitorPid: await pidIn(files.monitorPid) },
  ]) {
    if (pid > 0 && monitor > 0 && (await isMonitorOf(monitor, sandbox.id))) return { pid, monitorPid: monitor }
  }
  return null
}

async function pidIn(file: string): Promise<number> {
  return Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10) || 0
}
