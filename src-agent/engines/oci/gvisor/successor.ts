import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import { isMonitorOf } from '../../../base/kernel/host-process.ts'
import type { Run } from '../../../base/process/run.ts'
import { scriptCommand } from '../../../base/process/scripts.ts'
import { conmonArguments, monitorFiles, startConmon } from '../../conmon.ts'
import type { LaunchPlan, Running } from '../../driver.ts'
import { runtimeFailure } from '../failures.ts'
import { type MonitorDeps, withoutReachOf } from '../monitor.ts'
import type { EngineNames } from './engine-names.ts'

/** A sentry that waits to take over. */
export interface Successor {
  /** Has the first one saved. Resolves when it has; rejects where it could not be. */
  save(): Promise<void>
  /** Has the new one go on. Resolves when its guest does. MUST follow `save`. */
  goOn(): Promise<Running>
  /** Ends it, where it got no command to save. */
  stop(): Promise<void>
}

export interface SuccessorDeps extends MonitorDeps {
  readonly run: Run
  readonly names: EngineNames
  /** Options of the runtime, before the command. */
  readonly options: readonly string[]
}

interface Wanted {
  readonly plan: LaunchPlan
  readonly config: Record<string, unknown>
  /** Of the run so far: the successor lives among its mounts, so that it sees the same disk through the same overlay. */
  readonly monitorPid: number
  readonly image: string
  readonly key: string
}

const prepareMs = 20_000
const restoreMs = 120_000
const pollMs = 2

/** Resolves when the successor's sentry waits. On failure nothing of it is left. */
export async function prepareSuccessor(deps: SuccessorDeps, wanted: Wanted, signal: AbortSignal): Promise<Successor> {
  const { plan, monitorPid, key } = wanted
  const own = join(plan.paths.run, `again-${key}`)
  const gate = await makeFolder(deps, wanted, own)
  const name = deps.names.other(plan.id)
  const toError = (words: string) => runtimeFailure(words)
  const command = ['nsenter', `--mount=/proc/${monitorPid}/ns/mnt`, 'sh', '-c', joinScript, 'joey-join', own] as const
  const conmon = [deps.conmon, ...argumentsIn(deps, wanted, own, name)]
  // Once it has got the command to save it is not to be stopped by a signal any more.
  const report = join(own, 'report')
  const start = { command: [...command, ...conmon], run: own, toError, report } as const
  const ended = startConmon(start, AbortSignal.timeout(restoreMs))
  ended.catch(() => undefined)
  const stop = async () => {
    await gate.write('stop\n')
    await ended.catch(() => undefined)
    await gate.close()
  }
  try {
    await Promise.race([waitForRecord(deps.names.recordFile(name), signal), ended])
    await writeFile(deps.names.workFile(plan.id), await readFile(monitorFiles(own).monitorPid), { mode: 0o600 })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stop,
    async save() {
      await gate.write('save\n')
      await waitForSaved(own, ended)
    },
    async goOn() {
      await gate.write('go\n')
      try {
        return await ended
      } finally {
        await gate.close()
      }
    },
  }
}

const joinScript = 'cd "$1"; shift; exec "$@"'

/** Open for both directions, because nobody reads there yet. With the agent it is closed, which the script notices. */
async function makeFolder({ run }: SuccessorDeps, { config, plan }: Wanted, own: string): Promise<FileHandle> {
  await mkdir(own, { mode: 0o700 })
  if (plan.address !== null) {
    // The first sentry has taken them off the interface, as every one does.
    const { gateway, further } = plan.address
    const lines = [
      ...[plan.address, ...further].map(
        ({ address, prefixLength }) => `addr replace ${address}/${prefixLength} broadcast + dev eth0`,
      ),
      `route replace default via ${gateway}`,
    ]
    await writeFile(join(own, 'address'), `${lines.join('\n')}\n`)
  }
  await writeFile(join(own, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  await run('mkfifo', ['-m', '600', join(own, 'gate'), join(own, 'hold'), join(own, 'report')], { timeoutMs: 5_000 })
  return open(join(own, 'gate'), constants.O_RDWR)
}

function argumentsIn(deps: SuccessorDeps, { plan, image, monitorPid }: Wanted, own: string, name: string): string[] {
  const { runtime, runtimeRoot, options, names, exits } = deps
  const first = [names.current(plan.id), String(monitorPid), name, image, plan.paths.run, join(exits, plan.id)]
  const mine = [own, runtime, runtimeRoot, ...first, names.file(plan.id), names.workFile(plan.id), plan.netns ?? '']
  const runsc = [...withoutReachOf(plan), runtime, '--root', runtimeRoot, ...options]
  const inOwn = { ...plan, paths: { ...plan.paths, run: own } }
  const watched = {
    runtime: [...scriptCommand('succeed-sentry'), ...mine, ...runsc] as const,
    terminal: plan.process.tty,
    restore: { image, options: ['--pid-file', join(own, 'hold')] },
  }
  return conmonArguments(deps, inOwn, watched)
}

async function waitForRecord(file: string, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + prepareMs; ; await sleep(pollMs)) {
    signal.throwIfAborted()
    if (await readFile(file).catch(() => null)) return
    if (Date.now() > deadline) throw appError('save-not-ready')
  }
}

/** The monitor ends before the word comes only where something is wrong. */
async function waitForSaved(own: string, ended: Promise<Running>): Promise<void> {
  let failure: unknown = null
  ended.catch((error: unknown) => {
    failure = error
  })
  for (; ; await sleep(pollMs)) {
    const said = await readFile(join(own, 'said'), 'utf8').catch(() => '')
    if (said === 'saved\n') return
    if (said !== 'failed\n' && failure === null) continue
    const detail = (await readFile(join(own, 'words'), 'utf8').catch(() => '')).slice(0, 8192) || String(failure)
    throw appError('save-failed', { engine: 'gvisor' }, { detail })
  }
}

/** Resolves when no successor is at work on its own any more, as after the death of an agent. */
export async function awaitSuccessor(names: EngineNames, id: LaunchPlan['id']): Promise<void> {
  for (const deadline = Date.now() + restoreMs; Date.now() < deadline; await sleep(10)) {
    const pid = Number.parseInt(await readFile(names.workFile(id), 'utf8').catch(() => ''), 10)
    if (!(pid > 0) || !(await isMonitorOf(pid, id))) return
  }
}
