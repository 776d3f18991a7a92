import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentInfo } from '#contract/agent'
import { AppError, appError } from '#contract/app-error'
import { agentEnvironment } from '#contract/client/agent-environment'
import { openPrivateFolder } from '#contract/client/private-folder'
import { findSystemProgram } from '#contract/client/system-program'
import type { Context } from '../context.ts'
import { ExitCode } from '../exit-codes.ts'
import { type AgentProgram, chooseProgram } from './program/choose-program.ts'

const deadlineMs = 15_000
const pollMs = 20
/** After our agent has died: how long another one, started at the same moment, may still take to answer. */
const raceMs = 5_000
const maxOutputBytes = 1024 * 1024

export interface Started {
  readonly info: AgentInfo
  /** It ran before, or another command started it at the same moment. */
  readonly already: boolean
  /** Where the program was copied to, because others than root could have changed it where it lies. */
  readonly copied?: AgentProgram['copied']
}

type StartContext = Pick<Context, 'client' | 'place' | 'uid' | 'env' | 'agentEntry'> & {
  /** Who else may use it: the account that asked for the agent by sudo. */
  readonly accounts: readonly number[]
}

/** Starts the agent unless one answers, and resolves once it does. */
export async function startAgent(context: StartContext): Promise<Started> {
  const running = await findRunning(context)
  if (running) {
    for (const uid of context.accounts) await context.client.serveAccount({ uid })
    return { info: running, already: true }
  }
  checkCanStart(context)
  const output = openOutput(context)
  try {
    const program = chooseProgram(context.agentEntry, context.place.home)
    const child = launch(context, program, ['ignore', output.descriptor, output.descriptor])
    child.unref()
    return { ...(await waitForAgent(context, child, output)), copied: program.copied }
  } finally {
    closeSync(output.descriptor)
  }
}

/**
 * Runs the agent as a child until it ends, for a supervisor such as systemd: a signal to end is handed on, the exit code is
 * the agent's.
 */
export async function runAgent(context: StartContext): Promise<number> {
  const running = await findRunning(context)
  if (running) throw appError('agent-already-running')
  checkCanStart(context)
  const child = launch(context, chooseProgram(context.agentEntry, context.place.home), ['ignore', 'inherit', 'inherit'])
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? ExitCode.failed))
  })
}

function checkCanStart({ uid, agentEntry }: StartContext): void {
  if (!existsSync(agentEntry)) {
    throw appError('agent-not-built', {}, { detail: agentEntry })
  }
  if (uid === 0) return
  throw appError('agent-needs-root')
}

/** Resolves with nothing when no agent answers. */
async function findRunning({ client }: StartContext): Promise<AgentInfo | undefined> {
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

function ownerArgs(accounts: readonly number[]): readonly string[] {
  return accounts.flatMap((uid) => ['--owner', String(uid)])
}

/** systemd says by a variable that what is printed goes to its journal. */
function journalArgs({ JOURNAL_STREAM }: StartContext['env']): readonly string[] {
  return JOURNAL_STREAM === undefined ? [] : ['--journal']
}

/**
 * Its own mount namespace, because the agent hides parts of the cgroup tree from the engines on hosts with both
 * cgroup versions; `slave` lets mounts of the host still arrive.
 */
function launch(
  { env, place, accounts }: StartContext,
  { node: nodeProgram, entry }: AgentProgram,
  stdio: StdioOptions,
): ChildProcess {
  const node = [nodeProgram, ...agentNodeFlags, '--', entry, ...ownerArgs(accounts), ...journalArgs(env)]
  const unshare = findSystemProgram('unshare')
  const [program = '', ...args] = unshare ? [unshare, '--mount', '--propagation', 'slave', ...node] : node
  const home = env['JOEY_HOME'] ? { JOEY_HOME: place.home } : {}
  const outer = { JOEY_OUTER_MOUNTS: readlinkSync('/proc/self/ns/mnt') }
  const agentEnv = agentEnvironment({ ...env, ...home, ...outer })
  const child = spawn(program, args, { detached: true, cwd: '/', env: agentEnv, stdio })
  child.on('error', () => undefined)
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
    const info = await findRunning(context)
    if (info) return { info, already: info.pid !== child.pid }
    if (died && !/agent-already-running|Another agent/.test(readOutput(output))) break
    await sleep(pollMs)
  }
  if (died || child.pid === undefined) {
    throw appError('agent-died', {}, lastWords(output))
  }
  throw appError('agent-does-not-answer', { seconds: deadlineMs / 1000, log: output.path }, lastWords(output))
}

interface AgentOutput {
  readonly path: string
  readonly descriptor: number
  /** Where the output of this start begins. */
  readonly start: number
}

/** What the agent prints before its own log is open, or when it dies, goes to a file of its own. */
function openOutput({ place, uid }: StartContext): AgentOutput {
  try {
    openPrivateFolder(place.home, uid)
    const path = join(openPrivateFolder(join(place.home, 'logs'), uid), 'agent-output.log')
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
    const descriptor = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
    if (fstatSync(descriptor).size > maxOutputBytes) ftruncateSync(descriptor, 0)
    return { path, descriptor, start: fstatSync(descriptor).size }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw appError('home-not-writable', { home: place.home }, { detail: String(error), cause: error })
  }
}

function readOutput({ descriptor, start }: AgentOutput): string {
  const buffer = Buffer.alloc(64 * 1024)
  return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, start))
}

function lastWords(output: AgentOutput): { readonly detail: string } {
  return { detail: readOutput(output).trim().split('\n').slice(-10).join('\n') }
}
