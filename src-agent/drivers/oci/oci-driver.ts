import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { AppError, appError } from '#contract/app-error'
import type { Limits, SandboxId } from '#contract/sandbox'
import { isMonitorOf } from '../../process/host-process.ts'
import type { Run } from '../../process/run.ts'
import type { Driver, Ending, ExecCommand, LaunchPlan, ProcessPlan, Running, SandboxPaths } from '../driver.ts'
import { type MonitorDeps, monitorFiles, startMonitor } from './monitor.ts'
import { buildProcess, buildRuntimeConfig, buildUpdate, type HostTraits } from './runtime-config.ts'

export interface OciDeps extends MonitorDeps {
  readonly name: 'crun' | 'runc'
  readonly run: Run
  readonly host: HostTraits
  /** Counts the kernel's kills for want of memory in a cgroup. */
  readonly countOomKills: (cgroup: string) => Promise<number>
}

const engineTimeoutMs = 30_000
const monitorPatienceMs = 3_000
const monitorPollMs = 3

/** Runs `container` sandboxes by an OCI runtime's command line; the runtime's answers go through a schema. */
export function createOciDriver(deps: OciDeps): Driver {
  const { run, runtime, runtimeRoot, host } = deps
  const engine = (args: readonly string[], okExitCodes: readonly number[] = [0]) =>
    run(runtime, ['--root', runtimeRoot, ...args], { timeoutMs: engineTimeoutMs, okExitCodes })
  const phase = (id: SandboxId) => readPhase(engine, id)
  const cgroup = (id: SandboxId) => `${host.cgroupParent}/${id}`

  return {
    name: deps.name,
    class: 'container',
    cgroup,
    phase,

    async create(plan: LaunchPlan, signal: AbortSignal): Promise<Running> {
      await writeBundle(plan, host)
      await rm(join(deps.exits, plan.id), { force: true })
      try {
        return await startMonitor(deps, plan, signal)
      } catch (error) {
        await engine(['delete', '--force', plan.id], [0, 1])
        throw AppError.from(error)
      }
    },

    async start(id) {
      await engine(['start', id])
    },

    async kill(id, signal, { all = false } = {}) {
      const { code, stderr } = await engine(['kill', ...(all ? ['--all'] : []), id, signal], [0, 1])
      if (code === 0) return
      const now = await phase(id)
      if (now === 'running' || now === 'paused') {
        throw appError('engine', 'signal-failed', `The signal ${signal} could not be sent.`, { detail: stderr })
      }
    },

    async pause(id) {
      await engine(['pause', id])
    },

    async resume(id) {
      await engine(['resume', id])
    },

    async update(id: SandboxId, limits: Limits) {
      // By file: a child's standard input is a socket here, which crun cannot open by name.
      const file = join(runtimeRoot, `update-${id}.json`)
      await writeFile(file, JSON.stringify(buildUpdate(limits, host)), { mode: 0o600 })
      try {
        await engine(['update', '--resources', file, id])
      } catch (error) {
        const detail = AppError.from(error).wire.detail ?? ''
        if (!/busy|invalid argument/i.test(detail)) throw error
        const message = 'The kernel refused the new limits: the sandbox uses more memory than that right now.'
        throw appError('conflict', 'limit-below-use', message, { detail, cause: error })
      } finally {
        await rm(file, { force: true })
      }
    },

    async exec(paths: SandboxPaths, id: SandboxId, plan: ProcessPlan): Promise<ExecCommand> {
      const key = randomBytes(6).toString('hex')
      const processFile = join(paths.run, `exec-${key}.json`)
      const pidFile = join(paths.run, `exec-${key}.pid`)
      // At once: a kilobyte is written sooner than a thread is woken for it.
      writeFileSync(processFile, JSON.stringify(buildProcess(plan, host)), { mode: 0o600 })
      return {
        program: runtime,
        args: ['--root', runtimeRoot, 'exec', '--process', processFile, '--pid-file', pidFile, id],
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
        pidFile,
        dispose: async () => {
          await Promise.all([rm(processFile, { force: true }), rm(pidFile, { force: true })])
        },
      }
    },

    ending: (id) => readEnding(deps, id, cgroup(id)),

    async remove(id: SandboxId, paths: SandboxPaths) {
      const { code } = await engine(['delete', '--force', id], [0, 1])
      // Success is gone; otherwise it may not have been there at all.
      const left = code === 0 ? 'absent' : await phase(id)
      if (left !== 'absent')
        throw appError('engine', 'remove-failed', `The runtime could not remove the sandbox: it is ${left}.`)
      await monitorGone(monitorFiles(paths.run).monitorPid, id)
      await rm(join(deps.exits, id), { force: true })
      await rm(paths.run, { recursive: true, force: true })
    },
  }
}

async function writeBundle(plan: LaunchPlan, host: HostTraits): Promise<void> {
  const { rootfs } = monitorFiles(plan.paths.run)
  await mkdir(rootfs, { recursive: true, mode: 0o700 })
  await writeFile(join(plan.paths.run, 'config.json'), JSON.stringify(buildRuntimeConfig(plan, host, rootfs)), {
    mode: 0o600,
  })
}

/** A monitor that is still at work would leave its files behind us, and an exit code that a later run would take for its own. */
async function monitorGone(pidFile: string, id: SandboxId): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 0)) return
  for (let waited = 0; waited < monitorPatienceMs; waited += monitorPollMs) {
    if (!(await isMonitorOf(pid, id))) return
    await sleep(monitorPollMs)
  }
  process.kill(pid, 'SIGKILL')
}

const State = z.object({ status: z.string() })

async function readPhase(
  engine: (args: readonly string[], okExitCodes?: readonly number[]) => ReturnType<Run>,
  id: SandboxId,
): Promise<Awaited<ReturnType<Driver['phase']>>> {
  const { code, stdout, stderr } = await engine(['state', id], [0, 1])
  if (code !== 0) {
    if (/does not exist|no such file/i.test(stderr)) return 'absent'
    throw appError('engine', 'state-unreadable', 'The runtime could not tell the state of the sandbox.', {
      detail: stderr,
    })
  }
  const { status } = State.parse(JSON.parse(stdout))
  if (status === 'created' || status === 'running' || status === 'paused') return status
  return 'stopped'
}

async function readEnding(deps: OciDeps, id: SandboxId, cgroup: string): Promise<Ending | null> {
  const file = join(deps.exits, id)
  try {
    const text = await readFile(file, 'utf8')
    const { mtime } = await stat(file)
    const code = Number.parseInt(text, 10)
    return { code: Number.isInteger(code) ? code & 255 : null, oomKills: await deps.countOomKills(cgroup), at: mtime }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
