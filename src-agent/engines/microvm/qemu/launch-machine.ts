import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import { type ConmonDeps, conmonArguments, monitorFiles, startConmon } from '../../conmon.ts'
import type { LaunchPlan, Running } from '../../driver.ts'
import { launchScript, type ScriptArguments, scriptArguments, scriptFiles } from '../../../drivers/microvm/launch-script.ts'

/**
 * Starts conmon, which has {@link launchScript} start the machine. Log, input, exit code and adoption are then those of
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
  const runtime = ['/bin/sh', '-c', launchScript, 'joey-vm', ...given] as const
  // The guest has the terminal, so conmon never makes one.
  const command = [deps.conmon, ...conmonArguments(deps, plan, { runtime, terminal: false })] as const
  return startConmon({ command, run, toError: launchFailed }, signal)
}

function launchFailed(detail: string): Error {
  const message = 'The micro-VM could not be started. The words of its parts are in the details.'
  return appError('engine', 'start-failed', message, { detail })
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
