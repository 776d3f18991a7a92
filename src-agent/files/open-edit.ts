import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { appError } from '#contract/app-error'
import type { ExecCommand } from '../engines/driver.ts'
import { findResource } from '../host/resources.ts'
import { confine } from '../base/process/confine.ts'
import { endGroup } from '../base/process/kill-group.ts'
import { start, whenStarted } from '../base/process/run.ts'
import { driverOf, type SandboxContext } from '../sandboxes/context.ts'
import { ensureUpper } from '../sandboxes/launch-plan.ts'
import { ensureLowers, requireMountable, requireUsableLayers } from '../sandboxes/layer-references.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { clearStaleDisk, requireState } from '../sandboxes/runs.ts'
import { probePath } from '../observe/selftest/arguments.ts'
import type { ExecChild } from '../io/streams/exec-child.ts'
import { signalProcess } from '../io/streams/guest-process.ts'
import type { Pipes } from '../io/streams/pipes.ts'
import { startExec } from '../io/streams/start-exec.ts'
import type { EditChild } from './edit-link.ts'
import { type EditSession, withEditSession } from './edit-session.ts'
import { isMountTarget } from './mounted-places.ts'

export interface EditDeps {
  readonly context: SandboxContext
  readonly pipes: Pipes
}

/** Does the work on the files of a sandbox: from inside where it runs, beside its mounted layers where it does not. */
export async function editSandbox<T>(
  deps: EditDeps,
  record: SandboxRecord,
  signal: AbortSignal,
  work: (session: EditSession) => Promise<T>,
): Promise<T> {
  const { context } = deps
  const { id, state } = record.sandbox
  if (state === 'running') return withEditSession(await startInside(deps, record), signal, work)
  return context.lock.run(id, async () => {
    const now = context.records.get(id)
    if (!now) throw appError('notFound', 'sandbox-not-found', `There is no sandbox "${record.sandbox.name}" any more.`)
    // It was started while this waited.
    if (now.sandbox.state === 'running') return withEditSession(await startInside(deps, now), signal, work)
    requireEditable(context, now)
    return editStopped(context, now, signal, work)
  })
}

/** Refuses at once what {@link editSandbox} would refuse later. */
export function requireEditable(context: SandboxContext, record: SandboxRecord): void {
  const { state, name, class: of } = record.sandbox
  if (state === 'paused') {
    const message = `"${name}" is paused, so nothing in it can be changed. Resume it first.`
    throw appError('conflict', 'state-forbids', message, { params: { name, state } })
  }
  requireState(record, ['running', 'stopped', 'created'], 'changed')
  if (state === 'running' || driverOf(context, of).disk === 'directory') return
  const message = 'Start it first: the files of a stopped micro-VM can be read and not changed.'
  throw appError('conflict', 'stopped-microvm-files', message, { params: { name } })
}

const asRoot = { env: ['PATH=/'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }
/** What gVisor mounts of the sandbox's own disk: no mount to anybody but it. */
const gvisorsOwn = '/tmp'

async function startInside({ context, pipes }: EditDeps, record: SandboxRecord): Promise<EditChild> {
  const { id, class: of } = record.sandbox
  const hasOwn = of === 'gvisor' && !isMountTarget(record, gvisorsOwn)
  const argv = [probePath, '--files', ...(hasOwn ? ['--own', gvisorsOwn] : [])]
  const command = await driverOf(context, of).exec(context.folder.sandbox(id), id, { argv, ...asRoot })
  const options = { stdin: true, pipes, signalProcess }
  return startExec(command, options).then(
    (child) => fromExec(child, command),
    async (error: unknown) => {
      await command.dispose()
      throw error
    },
  )
}

function fromExec(child: ExecChild, command: ExecCommand): EditChild {
  if (!child.stdin) throw new Error('The command has no standard input.')
  const words = collectWords(child.stderr)
  const ended = child.exited.then(async () => {
    await command.dispose().catch(() => undefined)
    child.stderr.destroy()
    return words()
  })
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => child.kill().catch(() => undefined) }
}

/** As everywhere where layers are mounted: in a namespace that ends with the program. */
const script = 'set -eu; mount -t overlay -o "$1" joey "$2"; shift 2; exec "$@"'
const [inTree, inProgram] = ['/tree', '/probe']
/** Setting owners and modes; no devices, no mounts. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID']

/** Called with the lock of the sandbox, so it is not started meanwhile: one writable layer in two overlays breaks. */
async function editStopped<T>(
  context: SandboxContext,
  told: SandboxRecord,
  signal: AbortSignal,
  work: (session: EditSession) => Promise<T>,
): Promise<T> {
  await requireUsableLayers(context, told.layers)
  const record = await clearStaleDisk(context, told)
  const { sandbox } = record
  const paths = context.folder.sandbox(sandbox.id)
  const image = await context.imageMounts.ensure(sandbox.imageDigest)
  const lowers = [...(await ensureLowers(context, record, 'directory', signal)).trees, image]
  requireMountable(lowers, sandbox.name)
  await ensureUpper(paths, lowers[0])
  const root = join(paths.run, 'files')
  await mkdir(root, { recursive: true })
  try {
    const options = `nodev,nosuid,noexec,lowerdir=${lowers.join(':')},upperdir=${paths.upper},workdir=${paths.work}`
    return await withEditSession(await startBeside(options, root), signal, work)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function startBeside(options: string, root: string): Promise<EditChild> {
  const program = findResource('probe/x64/joey-probe')
  if (program === null) {
    throw appError('unavailable', 'program-missing', 'This installation lacks the program that changes files.')
  }
  const shown = [
    { from: root, to: inTree, writable: true },
    { from: program, to: inProgram, writable: false },
  ]
  const [confined, args] = confine(inProgram, ['--files', '--root', inTree], { shown, capabilities })
  const child = start('unshare', [
    ...['--mount', '--propagation', 'slave', 'sh', '-c', script, 'joey-files', options, root],
    ...[confined, ...args],
  ])
  await whenStarted(child, 'unshare')
  const words = collectWords(child.stderr)
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(words())))
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => endGroup(child, 0) }
}

const longestWords = 8 * 1024

function collectWords(stream: Readable): () => string {
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('latin1')).slice(-longestWords)
  })
  stream.on('error', () => undefined)
  return () => text
}
