import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { appError } from '#contract/app-error'
import type { KeyedLock } from '../base/async/locks.ts'
import { confine } from '../base/process/confine.ts'
import { endGroup } from '../base/process/kill-group.ts'
import { findResource } from '../base/process/resources.ts'
import { start, whenStarted } from '../base/process/run.ts'
import type { Drivers, ExecCommand } from '../engines/driver.ts'
import { insidePath } from '../engines/oci/runtime-config.ts'
import type { ExecChild } from '../io/streams/exec-child.ts'
import { signalProcess } from '../io/streams/guest-process.ts'
import type { Pipes } from '../io/streams/pipes.ts'
import { startExec } from '../io/streams/start-exec.ts'
import { clearStaleDisk } from '../sandboxes/cleanup.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import { ensureUpper, shapeLayer } from '../sandboxes/launch-plan.ts'
import { ensureLowers, requireMountable, requireUsableLayers } from '../sandboxes/layer-references.ts'
import { requireState } from '../sandboxes/require-state.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotStore } from '../state/records/snapshot-records.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import type { EditChild } from './edit-link.ts'
import { type EditSession, withEditSession } from './edit-session.ts'
import { isMountTarget } from './mounted-places.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly imageMounts: ImageMounts
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
  readonly drivers: Drivers
  readonly limitedDisks: LimitedDisks
}

export interface EditDeps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly imageMounts: ImageMounts
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
  readonly lock: KeyedLock
  readonly drivers: Drivers
  readonly limitedDisks: LimitedDisks
  readonly pipes: Pipes
}

/** Does the work on the files of a sandbox: from inside where it runs, beside its mounted layers where it does not. */
export async function editSandbox<T>(
  deps: EditDeps,
  record: SandboxRecord,
  signal: AbortSignal,
  work: (session: EditSession) => Promise<T>,
): Promise<T> {
  const { id, state } = record.sandbox
  if (state === 'running') return withEditSession(await startInside(deps, record), signal, work)
  return deps.lock.run(id, async () => {
    const now = deps.records.get(id)
    if (!now) throw appError('sandbox-not-found', { ref: record.sandbox.name })
    // It was started while this waited.
    if (now.sandbox.state === 'running') return withEditSession(await startInside(deps, now), signal, work)
    requireEditable(deps, now)
    return editStopped(deps, now, signal, work)
  })
}

/** Refuses at once what {@link editSandbox} would refuse later. */
export function requireEditable(deps: Pick<Deps, 'drivers'>, record: SandboxRecord): void {
  const { state, name, class: of } = record.sandbox
  if (state === 'paused') {
    throw appError('state-forbids', { name, state, verb: 'edited' })
  }
  requireState(record, ['running', 'stopped', 'created'], 'changed')
  if (state === 'running' || driverOf(deps, of).disk === 'directory') return
  throw appError('stopped-microvm-files', { name })
}

const asRoot = { env: ['PATH=/'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }
/** What gVisor mounts of the sandbox's own disk: no mount to anybody but it. */
const gvisorsOwn = '/tmp'

async function startInside(deps: EditDeps, record: SandboxRecord): Promise<EditChild> {
  const { id, class: of } = record.sandbox
  const hasOwn = of === 'gvisor' && !isMountTarget(record, gvisorsOwn)
  const argv = [insidePath, '--files', ...(hasOwn ? ['--own', gvisorsOwn] : [])]
  const command = await driverOf(deps, of).exec(deps.folder.sandbox(id), id, { argv, ...asRoot })
  const options = { stdin: true, pipes: deps.pipes, signalProcess }
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
const [inTree, inProgram] = ['/tree', '/inside']
/** Setting owners and modes; no devices, no mounts. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID']

/** Called with the lock of the sandbox, so it is not started meanwhile: one writable layer in two overlays breaks. */
async function editStopped<T>(
  deps: Deps,
  messages: SandboxRecord,
  signal: AbortSignal,
  work: (session: EditSession) => Promise<T>,
): Promise<T> {
  await requireUsableLayers(deps, messages.layers)
  const record = await clearStaleDisk(deps, messages)
  const { sandbox } = record
  const image = await deps.imageMounts.ensure(sandbox.imageDigest)
  const lowers = [...(await ensureLowers(deps, record, 'directory', signal)).trees, ...image]
  requireMountable(lowers, sandbox.name)
  await shapeLayer(deps, record, signal)
  const paths = deps.folder.sandbox(sandbox.id)
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
  const program = findResource('inside/x64/joey-inside')
  if (program === null) {
    throw appError('program-missing', { program: 'joey-inside', what: 'ownFiles' })
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
