import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import { scriptCommand } from '../../../base/process/scripts.ts'
import { type ConmonDeps, conmonArguments, leaveDisks, monitorFiles, startConmon } from '../../conmon.ts'
import type { LaunchPlan, Running } from '../../driver.ts'
import { type ScriptArguments, scriptArguments, scriptFiles } from './launch-script.ts'

/**
 * Starts conmon, which has `launch-machine.sh` start the machine. Log, input, exit code and adoption are then those of
 * containers. Resolves when QEMU has been started; it may still end at once.
 */
export function launchMachine(
  deps: ConmonDeps,
  plan: LaunchPlan,
  script: Omit<ScriptArguments, 'pidFile' | 'folder'>,
  signal: AbortSignal,
): Promise<Running> {
  const { run } = plan.paths
  const given = scriptArguments({ ...script, pidFile: monitorFiles(run).pid, folder: run })
  const runtime = [...scriptCommand('launch-machine'), ...given] as const
  // The guest has the terminal, so conmon never makes one.
  const conmon = [deps.conmon, ...conmonArguments(deps, plan, { runtime, terminal: false })]
  const [program = '', ...args] = [...leaveDisks(deps), ...conmon]
  const command = [program, ...args] as const
  return startConmon({ command, run, toError: launchFailed }, signal)
}

function launchFailed(detail: string): Error {
  return appError('start-failed', { part: 'machine' }, { detail })
}

const Info = z.object({ 'child-pid': z.int().positive() })

/** The process that emulates the machine, which is a child of the one that conmon watches; null where it is not there. */
export async function readMachinePid(run: string): Promise<number | null> {
  const text = await readFile(join(run, scriptFiles.info), 'utf8').catch(() => '')
  try {
    return Info.parse(JSON.parse(text))['child-pid']
  } catch {
    return null
  }
}
