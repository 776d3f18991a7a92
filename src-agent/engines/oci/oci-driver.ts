import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { AppError, appError } from '#contract/app-error'
import type { RunLimits, SandboxId } from '#contract/sandbox'
import type { ContainerRuntime } from '#contract/words'
import { countRefusedProcesses, killProcesses } from '../../base/kernel/cgroup-files.ts'
import { idsOfSandbox } from '../../base/kernel/id-ranges.ts'
import type { Run } from '../../base/process/run.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'
import { awaitMonitorGone, findMonitored, monitorFiles } from '../conmon.ts'
import type { Driver, Ending, ExecCommand, LaunchPlan, ProcessPlan, Running } from '../driver.ts'
import { mayGainRights } from '../new-privileges.ts'
import { awaitPaused } from './await-paused.ts'
import { containerFlavour } from './container-flavour.ts'
import { runtimeFailure } from './failures.ts'
import { awaitReplaced, programOf } from './first-program.ts'
import type { Engine, FlavourDeps, OciFlavour, Phase } from './flavour.ts'
import { resolveGrants } from './grants.ts'
import { type MonitorDeps, startMonitor, withHiddenNetSettings } from './monitor.ts'
import { readRefusalInLog } from './refusal.ts'
import { readRights, writeRights } from './rights-file.ts'
import { removeRoom, roomOf } from './rooms.ts'
import { buildProcess, type HostTraits, rootfsFor } from './runtime-config.ts'
import { chooseLabels, levelFile, readLabels } from './selinux-labels.ts'
import { findWorkingFolder } from './working-folder.ts'

export interface OciDeps extends MonitorDeps {
  readonly name: ContainerRuntime | 'runsc'
  readonly run: Run
  readonly host: HostTraits
  /** Counts the kernel's kills for want of memory in a cgroup. */
  readonly countOomKills: (cgroup: string) => Promise<number>
}

const engineTimeoutMs = 30_000
/** How a runtime fails: 1; where it is runsc 128, and 2 where it panics. */
const answers = [0, 1, 2, 128]

/** Runs the runtime with the options that its flavour has for every command. */
export function createEngine({ run, runtime, runtimeRoot }: OciDeps, options: () => readonly string[]): Engine {
  return (args, okExitCodes = [0]) =>
    run(runtime, ['--root', runtimeRoot, ...options(), ...args], { timeoutMs: engineTimeoutMs, okExitCodes })
}

/** Runs sandboxes by an OCI runtime's command line; the runtime's answers go through a schema. */
export function createOciDriver(
  deps: OciDeps,
  makeFlavour: (deps: FlavourDeps) => OciFlavour = containerFlavour,
): Driver {
  const { runtimeRoot, host } = deps
  const engine: Engine = createEngine(deps, () => flavour.options)
  const flavour: OciFlavour = makeFlavour({ engine, host, runtimeRoot })
  const cgroup = (id: SandboxId) => `${host.cgroupParent}/${id}`
  const phase = async (id: SandboxId) =>
    (await flavour.phaseWithoutRuntime?.(id, cgroup(id))) ??
    flavour.correctPhase(id, await readPhase(engine, flavour.engineName(id)))
  const parts = { deps, engine, flavour, phase, cgroup }
  return {
    name: deps.name,
    class: flavour.class,
    disk: 'directory',
    sharesProcesses: flavour.sharesProcesses,
    mapsIds: flavour.mapsIds,
    ...(flavour.highestSignal !== undefined && { highestSignal: flavour.highestSignal }),
    limitations: flavour.limitations,
    cgroup,
    phase,
    ...createLife(parts),
    ...createControls(parts),
    exec: async (paths, id, plan) => prepareExec(parts, paths, id, plan),
    findProcesses: (id, { run }, recorded) => findMonitored(id, run, recorded),
    ending: (id, paths) => readEnding(deps, flavour, { id, paths, cgroup: cgroup(id) }),
  }
}

/** What the methods of the driver share. */
interface Parts {
  readonly deps: OciDeps
  readonly engine: Engine
  readonly flavour: OciFlavour
  readonly phase: Driver['phase']
  readonly cgroup: Driver['cgroup']
}

/** From nothing to running, and to nothing again. */
function createLife({ deps, engine, flavour, phase, cgroup }: Parts) {
  const nameOf = flavour.engineName
  /** Main processes of what is made and not yet started. */
  const waiting = new Map<SandboxId, number>()
  return {
    async create(plan: LaunchPlan, signal: AbortSignal): Promise<Running> {
      // A second call is for the same sandbox as it is: its bundle is in use.
      const known = await readRunning(plan, phase)
      if (known) {
        waiting.set(plan.id, known.pid)
        return known
      }
      await writeBundle(plan, deps, flavour)
      await rm(join(deps.exits, plan.id), { force: true })
      try {
        const running = await startMonitor(deps, flavour, plan, { signal })
        await flavour.settle(cgroup(plan.id))
        waiting.set(plan.id, running.pid)
        return running
      } catch (error) {
        await flavour.clear(plan.id, cgroup(plan.id))
        await engine(['delete', '--force', nameOf(plan.id)], answers)
        await rm(join(plan.paths.run, firstIdFile), { force: true })
        throw AppError.from(error)
      }
    },

    async start(id) {
      const pid = flavour.sharesProcesses ? waiting.get(id) : undefined
      const before = pid === undefined ? null : programOf(pid)
      if (!flavour.startWithoutRuntime?.(id)) await startCreated(deps, flavour, id)
      if (pid !== undefined && before !== null) await awaitReplaced(pid, before)
      waiting.delete(id)
    },

    async remove(id: SandboxId, paths: SandboxPaths) {
      waiting.delete(id)
      await flavour.clear(id, cgroup(id))
      if (!(await flavour.removeWithoutRuntime?.(id, cgroup(id)))) {
        const { code } = await engine(['delete', '--force', nameOf(id)], answers)
        // Success is gone; otherwise it may not have been there at all.
        const left = code === 0 ? 'absent' : await phase(id)
        if (left !== 'absent') throw appError('remove-failed', { left })
      }
      await flavour.forget(id, cgroup(id))
      await awaitMonitorGone(monitorFiles(paths.run).monitorPid, id)
      await Promise.all(
        [join(deps.exits, id), launchFile(deps.runtimeRoot, id)].map((file) => rm(file, { force: true })),
      )
      removeRoom(roomOf(id, deps.host))
      await rm(paths.run, { recursive: true, force: true })
    },
  } satisfies Partial<Driver>
}

const isKill = (signal: string): boolean => signal === '9' || signal === 'KILL'

/** What is done to one that is there. */
function createControls({ engine, flavour, phase, cgroup }: Parts) {
  const nameOf = flavour.engineName
  return {
    async kill(id, signal, { all = false } = {}) {
      // What cannot be refused needs no runtime, which takes longer to start than the processes to end. What they start
      // meanwhile ends with their namespace.
      if (all && isKill(signal) && flavour.sharesProcesses && (await killProcesses(cgroup(id)))) return
      const { code, stderr } = await engine(
        ['kill', ...(all ? flavour.killAllOptions : []), nameOf(id), signal],
        answers,
      )
      if (code === 0) return
      const now = await phase(id)
      if (now === 'absent' || now === 'stopped') return
      if (await flavour.killAnyway(id, signal, now)) return
      if (now !== 'created') throw appError('signal-failed', { signal }, { detail: stderr })
    },

    async pause(id) {
      await engine(['pause', nameOf(id)])
      // A kernel of its own has paused its programs when it answers.
      if (flavour.sharesProcesses)
        await awaitPaused({ phase: () => phase(id), resume: () => engine(['resume', nameOf(id)]) })
    },

    async resume(id) {
      await engine(['resume', nameOf(id)])
    },

    async update(id: SandboxId, limits: RunLimits) {
      try {
        await flavour.update(id, cgroup(id), limits)
      } catch (error) {
        const detail = error instanceof AppError ? (error.wire.detail ?? '') : String(error)
        if (!/busy|invalid argument|unable to set memory limit/i.test(detail)) throw error
        throw appError('limit-below-use', {}, { detail, cause: error })
      }
    },
  } satisfies Partial<Driver>
}

/** A command line that joins the sandbox, with the files that it reads. */
function prepareExec({ deps, flavour }: Parts, paths: SandboxPaths, id: SandboxId, plan: ProcessPlan): ExecCommand {
  const key = randomBytes(6).toString('hex')
  const processFile = join(paths.run, `exec-${key}.json`)
  const pidFile = join(paths.run, `exec-${key}.pid`)
  const first = readFirstId(paths)
  if (first !== null && Math.max(plan.uid, plan.gid, ...plan.additionalGids) >= idsOfSandbox) {
    throw appError('id-not-in-sandbox', {
      id: Math.max(plan.uid, plan.gid, ...plan.additionalGids),
      last: idsOfSandbox - 1,
    })
  }
  const labels = readLabels(deps.host.selinux, paths.run)
  const process = buildProcess(plan, deps.host, { ...readRights(paths.run), labels })
  // At once: a kilobyte is written sooner than a thread is woken for it.
  writeFileSync(processFile, JSON.stringify(process), { mode: 0o600 })
  return {
    kind: 'program',
    program: deps.runtime,
    args: [
      '--root',
      deps.runtimeRoot,
      ...flavour.options,
      'exec',
      '--process',
      processFile,
      ...flavour.pidFile(pidFile),
      flavour.engineName(id),
    ],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    pidFile,
    reach: flavour.reach(id),
    streamsOwner: first === null || !flavour.sharesProcesses ? null : { uid: first + plan.uid, gid: first + plan.gid },
    resizes: flavour.sharesProcesses ? 'stty' : 'pty',
    tail: deps.name === 'crun' ? 'logged' : 'plain',
    dispose: async () => {
      await Promise.all([rm(processFile, { force: true }), rm(pidFile, { force: true })])
    },
  }
}

/** What an earlier `create` made, where that is still there to be started. */
async function readRunning(plan: LaunchPlan, phase: Driver['phase']): Promise<Running | null> {
  const files = monitorFiles(plan.paths.run)
  const [pid, monitorPid] = [readNumber(files.pid), readNumber(files.monitorPid)]
  // Without its files there never was one, which spares the runtime the question.
  if (pid === null || monitorPid === null) return null
  return (await phase(plan.id)) === 'created' ? { pid, monitorPid } : null
}

function readNumber(file: string): number | null {
  try {
    const number = Number.parseInt(readFileSync(file, 'utf8'), 10)
    return number > 0 ? number : null
  } catch {
    return null
  }
}

/** How the sandbox was made, for the command that starts it, which has no more than its id. */
function launchFile(runtimeRoot: string, id: SandboxId): string {
  return join(runtimeRoot, `${id}.launch`)
}

const Launched = z.object({ options: z.array(z.string()), hidesNetSettings: z.boolean() })

/** Where a runtime notices only now that the program cannot be run, it says so as `create` would have. */
async function startCreated({ run, runtime, runtimeRoot }: OciDeps, flavour: OciFlavour, id: SandboxId): Promise<void> {
  const launch = Launched.parse(JSON.parse(await readFile(launchFile(runtimeRoot, id), 'utf8')))
  const command = [
    runtime,
    '--root',
    runtimeRoot,
    ...flavour.options,
    ...launch.options,
    'start',
    flavour.engineName(id),
  ]
  const [program, args] = launch.hidesNetSettings ? withHiddenNetSettings(command) : [runtime, command.slice(1)]
  try {
    await run(program, args, { timeoutMs: engineTimeoutMs })
  } catch (error) {
    const { wire } = AppError.from(error)
    if (wire.reason !== 'tool-failed') throw error
    throw runtimeFailure(wire.detail ?? wire.message)
  }
}

/** Holds the first of this machine's ids that are the sandbox's. */
const firstIdFile = 'first-id'

/** Writes what the runtime reads, and what later commands need to know. */
export async function writeBundle(
  plan: LaunchPlan,
  { host, runtimeRoot, run: runTool }: OciDeps,
  flavour: OciFlavour,
): Promise<void> {
  const { run } = plan.paths
  const rootfs = rootfsFor(plan, host)
  const granted = resolveGrants(plan)
  await label(plan, host, runTool)
  const config = beginIn(await findWorkingFolder(plan, runTool), flavour.config(plan, host, rootfs, granted))
  await mkdir(plan.users === null ? rootfs : run, { recursive: true, mode: 0o700 })
  const files = [
    writeFile(join(run, 'config.json'), JSON.stringify(config), { mode: 0o600 }),
    writeFile(launchFile(runtimeRoot, plan.id), JSON.stringify(flavour.launch(plan)), { mode: 0o600 }),
  ]
  files.push(writeRights(run, { capabilities: granted.capabilities, gainsRights: mayGainRights(plan) }))
  if (plan.users !== null) files.push(writeFile(join(run, firstIdFile), String(plan.users.first), { mode: 0o600 }))
  await Promise.all(files)
}

/** Before all that names the labels. Files that are mounted into it are labelled themselves; the rest is by the mount's own. */
async function label(plan: LaunchPlan, { selinux }: Pick<HostTraits, 'selinux'>, run: Run): Promise<void> {
  const { run: folder, folder: own } = plan.paths
  const chosen = chooseLabels(selinux, plan)
  if (chosen === null) return rm(join(folder, levelFile), { force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, levelFile), chosen.level, { mode: 0o600 })
  await run('chcon', ['--recursive', '--no-dereference', chosen.labels.file, join(own, 'etc')], { timeoutMs: 10_000 })
}

function beginIn(cwd: string, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...config, process: { ...(config['process'] as object), cwd } }
}

function readFirstId({ run }: SandboxPaths): number | null {
  return readNumber(join(run, firstIdFile))
}

const State = z.object({ status: z.string() })

async function readPhase(engine: Engine, id: SandboxId): Promise<Phase> {
  const { code, stdout, stderr } = await engine(['state', id], answers)
  if (code !== 0) {
    if (/does not exist|no such file|not found/i.test(stderr)) return 'absent'
    throw appError('state-unreadable', {}, { detail: stderr })
  }
  const { status } = State.parse(JSON.parse(stdout))
  if (status === 'created' || status === 'running' || status === 'paused') return status
  return 'stopped'
}

async function readEnding(
  deps: OciDeps,
  { codeWithoutProcesses, sharesProcesses }: OciFlavour,
  { id, paths, cgroup }: { readonly id: SandboxId; readonly paths: SandboxPaths; readonly cgroup: string },
): Promise<Ending | null> {
  const file = join(deps.exits, id)
  try {
    const text = await readFile(file, 'utf8')
    const { mtime } = await stat(file)
    const number = Number.parseInt(text, 10)
    const code = Number.isInteger(number) ? number & 255 : null
    const oomKills = await deps.countOomKills(cgroup)
    const isStarved = code !== null && code === codeWithoutProcesses && (await countRefusedProcesses(cgroup)) > 0
    const refusal = sharesProcesses && oomKills === 0 ? await readRefusalInLog(code, paths) : null
    if (refusal !== null) return { code: refusal.code, oomKills, at: mtime, refusal }
    return { code, oomKills, at: mtime, ...(isStarved && { ranOutOfProcesses: true }) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
