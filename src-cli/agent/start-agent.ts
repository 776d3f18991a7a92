import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentInfo } from '#contract/agent'
import { AppError, appError } from '#contract/app-error'
import type { Context } from '../context.ts'
import { hasProgram } from './programs.ts'

const deadlineMs = 15_000
const pollMs = 20
/** After our agent has died: how long another one, started at the same moment, may still take to answer. */
const raceMs = 5_000
const maxOutputBytes = 1024 * 1024

export interface Started {
  readonly info: AgentInfo
  /** It ran before, or another command started it at the same moment. */
  readonly already: boolean
}

type StartContext = Pick<Context, 'client' | 'place' | 'uid' | 'env' | 'agentEntry'> & {
  /** Who else may use the socket: the account that asked for the agent by sudo. */
  readonly owner?: number | undefined
}

/** Starts the agent unless one answers, and resolves once it does. */
export async function startAgent(context: StartContext): Promise<Started> {
  const running = await askAgent(context)
  if (running) return { info: running, already: true }
  checkCanStart(context)
  const output = openOutput(context)
  try {
    return await waitForAgent(context, launch(context, output.descriptor), output)
  } finally {
    closeSync(output.descriptor)
  }
}

function checkCanStart({ uid, agentEntry }: StartContext): void {
  if (!existsSync(agentEntry)) {
    const message = 'The agent is not built. Run npm start or npm test first, in the folder of Joey.'
    throw appError('unavailable', 'agent-not-built', message, { detail: agentEntry })
  }
  if (uid === 0) return
  const message = 'The agent needs root, because it makes namespaces, mounts and cgroups.'
  const remedy = { kind: 'runCommand', command: 'sudo ./joey agent start', why: 'Start it so' } as const
  throw appError('refused', 'agent-needs-root', message, { remedy })
}

/** Resolves with nothing when no agent answers. */
async function askAgent({ client }: StartContext): Promise<AgentInfo | undefined> {
  try {
    return await client.readAgent({})
  } catch (error) {
    const { reason } = AppError.from(error).wire
    // A connection that breaks is one of an agent that just stops or just starts.
    if (reason === 'agent-not-running' || reason === 'agent-connection-lost') return undefined
    throw error
  }
}

/**
 * A small young generation: the agent is idle most of its life, and each program it starts costs it a copy of its page
 * tables. Measured: 90 MB instead of 107 MB resident, 36 MB instead of 53 MB of it its own.
 */
const agentNodeFlags = ['--max-semi-space-size=1']

function ownerArgs(owner: number | undefined): readonly string[] {
  return owner === undefined ? [] : ['--owner', String(owner)]
}

/**
 * Its own mount namespace, because the agent hides parts of the cgroup tree from the engines on hosts with both
 * cgroup versions; `slave` lets mounts of the host still arrive.
 */
function launch({ agentEntry, env, place, owner }: StartContext, output: number): ChildProcess {
  const node = [process.execPath, ...agentNodeFlags, agentEntry, ...ownerArgs(owner)]
  const isolated = hasProgram('unshare', env)
  const [program = '', ...args] = isolated ? ['unshare', '--mount', '--propagation', 'slave', ...node] : node
  const home = env['JOEY_HOME'] ? { JOEY_HOME: place.home } : {}
  const agentEnv = { ...env, ...home, JOEY_OUTER_MOUNTS: readlinkSync('/proc/self/ns/mnt') }
  const child = spawn(program, args, { detached: true, cwd: '/', env: agentEnv, stdio: ['ignore', output, output] })
  child.on('error', () => undefined)
  child.unref()
  return child
}

async function waitForAgent(context: StartContext, child: ChildProcess, output: AgentOutput): Promise<Started> {
  let end = performance.now() + deadlineMs
  let died = false
  child.once('exit', () => {
    died = true
    end = Math.min(end, performance.now() + raceMs)
  })
  while (performance.now() < end) {
    const info = await askAgent(context)
    if (info) return { info, already: info.pid !== child.pid }
    if (died && !/agent-already-running|Another agent/.test(readOutput(output))) break
    await sleep(pollMs)
  }
  if (died || child.pid === undefined) {
    throw appError(
      'unavailable',
      'agent-died',
      'The agent ended right after its start. Its last words:',
      lastWords(output),
    )
  }
  const message = `The agent does not answer ${deadlineMs / 1000} seconds after its start.`
  throw appError('timeout', 'agent-does-not-answer', message, {
    ...lastWords(output),
    remedy: { kind: 'openLog', path: output.path },
  })
}

interface AgentOutput {
  readonly path: string
  readonly descriptor: number
  /** Where the output of this start begins. */
  readonly start: number
}

/** What the agent prints before its own log is open, or when it dies, goes to a file of its own. */
function openOutput({ place }: StartContext): AgentOutput {
  const folder = join(place.home, 'logs')
  try {
    mkdirSync(place.home, { recursive: true, mode: 0o700 })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, 'agent-output.log')
    const descriptor = openSync(path, 'a+', 0o600)
    if (fstatSync(descriptor).size > maxOutputBytes) ftruncateSync(descriptor, 0)
    return { path, descriptor, start: fstatSync(descriptor).size }
  } catch (error) {
    const message = `The state folder ${place.home} cannot be written. Choose another with JOEY_HOME.`
    throw appError('unavailable', 'home-not-writable', message, { detail: String(error), cause: error })
  }
}

function readOutput({ descriptor, start }: AgentOutput): string {
  const buffer = Buffer.alloc(64 * 1024)
  return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, start))
}

function lastWords(output: AgentOutput): { readonly detail: string } {
  return { detail: readOutput(output).trim().split('\n').slice(-10).join('\n') }
}
