import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import { killCgroup, removeCgroups } from '../../base/kernel/cgroup-files.ts'
import type { Run } from '../../base/process/run.ts'
import type { GvisorSetup } from '../oci/gvisor/gvisor-flavour.ts'
import { withHiddenNetSettings } from '../oci/monitor.ts'
import { trialConfig } from './trial-config.ts'

/** Real starts take a quarter of a second; a platform that does not suit the machine may hang for ever. */
const deadlineMs = 8_000

export type GvisorOutcome =
  | { readonly works: true }
  | { readonly works: false; readonly hangs: boolean; readonly words: string }

export interface TryDeps {
  readonly run: Run
  /** Where the bundle is made and removed again. */
  readonly folder: string
  /** A static busybox, the only program in the bundle. */
  readonly busybox: string
}

export type GvisorAttempt = (deps: TryDeps, program: string, setup: GvisorSetup) => Promise<GvisorOutcome>

/** By a pipe, as sandboxes have it; Node itself would give a socket. */
const pipeScript = '"$@" 2>&1 </dev/null | cat'

/** Runs a real sandbox to its end. */
export const tryGvisor: GvisorAttempt = async ({ run, folder, busybox }, program, setup) => {
  await mkdir(folder, { recursive: true })
  const bundle = await mkdtemp(join(folder, 'probe-'))
  const id = randomBytes(6).toString('hex')
  const group = `/joey-trial-${id}`
  const runtime = [program, '--root', join(bundle, 'state'), `--platform=${setup.platform}`, '--network=sandbox']
  try {
    for (const name of ['proc', 'dev']) await mkdir(join(bundle, 'rootfs', name), { recursive: true })
    await writeFile(join(bundle, 'rootfs', 'busybox'), '')
    await writeFile(join(bundle, 'config.json'), JSON.stringify(configFor(`${group}/${id}`, busybox)))
    const command = [...runtime, ...setup.options, 'run', '--bundle', bundle, id]
    const [first, args] = setup.hidesNetSettings ? withHiddenNetSettings(command) : [program, command.slice(1)]
    const { stdout } = await run('sh', ['-c', pipeScript, 'joey-trial', first, ...args], { timeoutMs: deadlineMs })
    return stdout.trim() === 'alive' ? { works: true } : { works: false, hangs: false, words: stdout.trim() }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message, detail } = error.wire
    return { works: false, hangs: code === 'timeout', words: detail ?? message }
  } finally {
    await killCgroup(`${group}/${id}`)
    await removeCgroups(group)
    await rm(bundle, { recursive: true, force: true, maxRetries: 5 })
  }
}

function configFor(cgroupsPath: string, busybox: string): object {
  const mounts = [{ destination: '/proc', type: 'proc', source: 'proc' }]
  return trialConfig({ cgroupsPath, busybox, memoryBytes: 256 * 1024 * 1024, pids: 512, mounts })
}
