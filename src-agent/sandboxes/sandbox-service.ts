import { randomBytes } from 'node:crypto'
import { AppError, appError } from '#contract/app-error'
import type { Answer } from '#contract/client/client'
import type { Limits, Sandbox, SandboxExit, SandboxSpec, waitSandbox } from '#contract/sandbox'
import { isHeeded } from '../process/host-process.ts'
import { driverOf, type SandboxContext, withSandbox } from './context.ts'
import { signalName, signalNumber } from './describe-exit.ts'
import { createEndings, type Endings } from './endings.ts'
import { checkMounts } from './mount-policy.ts'
import { suggestName } from './names.ts'
import { resolveArgv } from './process-plan.ts'
import type { SandboxRecord } from './records.ts'
import { launch, removeForGood, requireState, tidy } from './runs.ts'

/** Beyond KILL the kernel needs a moment; a process that survives this long hangs in the kernel. */
const killPatienceMs = 15_000

/** The life of sandboxes. Work on one sandbox is done one after the other; sandboxes do not wait for each other. */
export interface SandboxService {
  list(all: boolean): Sandbox[]
  /** By name, id, or an unambiguous start of an id of 4 digits and more. */
  find(ref: string): SandboxRecord
  create(
    request: { name?: string | undefined; spec: SandboxSpec; start: boolean },
    signal: AbortSignal,
  ): Promise<Sandbox>
  start(ref: string, signal: AbortSignal): Promise<Sandbox>
  stop(ref: string, graceMs?: number): Promise<Sandbox>
  restart(ref: string, graceMs: number | undefined, signal: AbortSignal): Promise<Sandbox>
  kill(ref: string, signal: string): Promise<Sandbox>
  pause(ref: string): Promise<Sandbox>
  resume(ref: string): Promise<Sandbox>
  rename(ref: string, name: string): Promise<Sandbox>
  update(ref: string, limits: { [K in keyof Limits]?: Limits[K] | undefined }): Promise<Sandbox>
  remove(ref: string, force: boolean): Promise<{ id: string }>
  wait(ref: string, signal: AbortSignal): Promise<Answer<typeof waitSandbox>>
  readonly endings: Endings
}

export function createSandboxService(context: SandboxContext): SandboxService {
  const { records, lock } = context
  const endings = createEndings(context)
  const find = (ref: string) => findRecord(context, ref)
  const reread = (id: string) => records.get(id)
  /** Serialized by id; the record is read anew inside, because it may have changed while waiting. */
  const onRecord = async <T>(ref: string, work: (record: SandboxRecord) => Promise<T>): Promise<T> => {
    const { id } = find(ref).sandbox
    return lock.run(id, async () => work(reread(id) ?? find(id)))
  }
  const shown = (id: string, fallback: Sandbox) => reread(id)?.sandbox ?? fallback

  const startRecord = async (record: SandboxRecord, signal: AbortSignal): Promise<Sandbox> => {
    if (record.sandbox.state === 'running') return record.sandbox
    requireState(record, ['created', 'stopped'], 'started')
    driverOf(context, record.sandbox.class)
    const { id: sandboxId, state: before } = record.sandbox
    const starting = withSandbox(record, { state: 'starting' })
    records.put(starting)
    try {
      const running = await launch(context, starting, AbortSignal.any([signal, context.signal]))
      records.put(running)
      return running.sandbox
    } catch (error) {
      const { message } = AppError.from(error).wire
      const exit = {
        code: null,
        reason: 'start-failed' as const,
        message: `Did not start: ${message}`,
        at: context.now().toISOString(),
      }
      records.put(withSandbox(record, { state: before, exit }))
      endings.settle(sandboxId, exit)
      throw error
    }
  }

  const stopRecord = async (record: SandboxRecord, graceMs: number): Promise<Sandbox> => {
    const { sandbox } = record
    if (sandbox.state === 'stopped' || sandbox.state === 'created') return sandbox
    requireState(record, ['running', 'paused', 'stopping'], 'stopped')
    records.put({ ...withSandbox(record, { state: 'stopping' }), stopAsked: true })
    await endMainProcess(context, endings, record, graceMs)
    return shown(sandbox.id, { ...sandbox, state: 'stopped' })
  }

  return {
    find,
    endings,
    list: (all) =>
      records
        .all()
        .map(({ sandbox }) => sandbox)
        .filter(({ state }) => all || ['starting', 'running', 'paused', 'stopping'].includes(state))
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt)),

    async create({ name, spec, start }, signal) {
      driverOf(context, spec.class)
      const image = context.images.find(spec.image)
      const mounts = await checkMounts(spec.mounts, [context.folder.home, context.folder.run])
      const argv = resolveArgv(spec, image.config)
      if (spec.network === 'none' && spec.ports.length > 0) {
        throw appError(
          'invalidRequest',
          'ports-need-network',
          'Ports cannot be published without a network. Use "nat", or leave out the ports.',
        )
      }
      // Nothing waits between this look and the record, so two creations cannot take one name.
      if (name !== undefined) requireFreeName(context, name)
      const record = newRecord(context, {
        name: name ?? suggestName((each) => records.findByName(each) !== undefined),
        spec: { ...spec, mounts },
        argv,
        image: { reference: spec.image, digest: image.digest },
        state: start ? 'starting' : 'created',
      })
      const { id } = record.sandbox
      return lock.run(id, async () => {
        records.put(record)
        if (!start) return record.sandbox
        try {
          const running = await launch(context, record, AbortSignal.any([signal, context.signal]))
          records.put(running)
          return running.sandbox
        } catch (error) {
          // It never ran, so there is nothing in it to keep.
          await removeForGood(context, record)
          endings.settle(id, null)
          throw error
        }
      })
    },

    start: (ref, signal) => onRecord(ref, (record) => startRecord(record, signal)),

    stop: (ref, graceMs) => onRecord(ref, (record) => stopRecord(record, graceMs ?? record.sandbox.spec.stopGraceMs)),

    restart: (ref, graceMs, signal) =>
      onRecord(ref, async (record) => {
        await stopRecord(record, graceMs ?? record.sandbox.spec.stopGraceMs)
        const stopped = reread(record.sandbox.id)
        if (!stopped)
          throw appError(
            'conflict',
            'removed-on-exit',
            'It was to be removed when it stops, so it cannot be restarted.',
          )
        return startRecord(stopped, signal)
      }),

    kill: (ref, signal) =>
      onRecord(ref, async (record) => {
        const number = signalNumber(signal)
        if (number === null)
          throw appError('invalidRequest', 'signal-unknown', `There is no signal "${signal}".`, { params: { signal } })
        requireState(record, ['running', 'paused', 'stopping'], 'signalled')
        const { id, state } = record.sandbox
        const driver = driverOf(context, record.sandbox.class)
        const ends = signalName(number) === 'SIGKILL'
        if (ends) records.put({ ...record, stopAsked: true })
        await driver.kill(id, String(number))
        // A frozen process does not die before it is thawed.
        if (ends && state === 'paused') await driver.resume(id)
        return shown(id, record.sandbox)
      }),

    pause: (ref) =>
      onRecord(ref, async (record) => {
        if (record.sandbox.state === 'paused') return record.sandbox
        requireState(record, ['running'], 'paused')
        await driverOf(context, record.sandbox.class).pause(record.sandbox.id)
        records.put(withSandbox(record, { state: 'paused' }))
        return shown(record.sandbox.id, record.sandbox)
      }),

    resume: (ref) =>
      onRecord(ref, async (record) => {
        if (record.sandbox.state === 'running') return record.sandbox
        requireState(record, ['paused'], 'resumed')
        await driverOf(context, record.sandbox.class).resume(record.sandbox.id)
        records.put(withSandbox(record, { state: 'running' }))
        return shown(record.sandbox.id, record.sandbox)
      }),

    rename: (ref, name) =>
      onRecord(ref, async (record) => {
        if (record.sandbox.name !== name) {
          requireFreeName(context, name)
          records.put(withSandbox(record, { name }))
        }
        return shown(record.sandbox.id, record.sandbox)
      }),

    update: (ref, change) =>
      onRecord(ref, async (record) => {
        const { sandbox } = record
        requireState(record, ['created', 'stopped', 'running', 'paused'], 'changed')
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
        const limits: Limits = { ...sandbox.spec.limits, ...given }
        if (sandbox.state === 'running' || sandbox.state === 'paused')
          await driverOf(context, sandbox.class).update(sandbox.id, limits)
        records.put(withSandbox(record, { spec: { ...sandbox.spec, limits } }))
        return shown(sandbox.id, sandbox)
      }),

    remove: (ref, force) =>
      onRecord(ref, async (record) => {
        const { id, name, state } = record.sandbox
        const runs = ['running', 'paused', 'stopping'].includes(state)
        if (runs && !force) {
          const message = `"${name}" is ${state}. Stop it first, or remove it by force (joey rm -f): what runs in it ends at once.`
          throw appError('conflict', 'sandbox-runs', message, { params: { name, state } })
        }
        if (runs) {
          records.put({ ...record, stopAsked: true })
          await endMainProcess(context, endings, record, 0)
        }
        const left = reread(id)
        if (left) await removeForGood(context, left)
        endings.settle(id, left?.sandbox.exit ?? null)
        return { id }
      }),

    async wait(ref, signal) {
      const { sandbox } = find(ref)
      // The output of a terminal is read by a viewer, who has yet to come.
      if (!sandbox.spec.tty) endings.interest(sandbox.id)
      const exit = await endings.of(sandbox.id, signal)
      return { id: sandbox.id, exit }
    },
  }
}

/** Ends what runs: politely if that can be heard, then by force. Resolves when the end is on record. */
async function endMainProcess(
  context: SandboxContext,
  endings: Endings,
  record: SandboxRecord,
  graceMs: number,
): Promise<void> {
  const { id, pid, state, imageDigest } = record.sandbox
  const driver = driverOf(context, record.sandbox.class)
  const wanted = signalNumber(context.images.find(imageDigest).config.stopSignal ?? 'TERM') ?? 15
  const polite = graceMs > 0 && pid !== null && (await isHeeded(pid, wanted))
  if (polite) {
    await driver.kill(id, String(wanted))
    if (state === 'paused') await driver.resume(id)
    if (await endings.settleWithin(id, graceMs)) return
  }
  await driver.kill(id, 'KILL', { all: true })
  if ((await driver.phase(id)) === 'paused') await driver.resume(id)
  if (await endings.settleWithin(id, killPatienceMs)) return
  // The monitor said nothing although the process was killed: it is gone itself.
  await tidy(context, driver, record, record.lease)
  await endings.settleLost(id)
}

function findRecord({ records }: SandboxContext, ref: string): SandboxRecord {
  const exact = records.get(ref) ?? records.findByName(ref)
  if (exact) return exact
  const matches = ref.length >= 4 ? records.all().filter(({ sandbox }) => sandbox.id.startsWith(ref)) : []
  if (matches.length === 1 && matches[0]) return matches[0]
  if (matches.length > 1) {
    throw appError(
      'invalidRequest',
      'sandbox-ambiguous',
      `"${ref}" fits ${matches.length} sandboxes. Use more of the id, or the name.`,
    )
  }
  throw appError('notFound', 'sandbox-not-found', `There is no sandbox "${ref}". "joey ls -a" shows them all.`, {
    params: { ref },
  })
}

function requireFreeName({ records }: SandboxContext, name: string): void {
  if (!records.findByName(name)) return
  throw appError('conflict', 'sandbox-name-taken', `There is a sandbox named "${name}" already. Choose another name.`, {
    params: { name },
  })
}

function newRecord(
  context: SandboxContext,
  made: {
    name: string
    spec: SandboxSpec
    argv: string[]
    image: { reference: string; digest: string }
    state: 'created' | 'starting'
  },
): SandboxRecord {
  let id = randomBytes(6).toString('hex')
  while (context.records.get(id)) id = randomBytes(6).toString('hex')
  const noExit: SandboxExit | null = null
  return {
    sandbox: {
      id,
      name: made.name,
      class: made.spec.class,
      state: made.state,
      image: made.image.reference,
      imageDigest: made.image.digest,
      spec: made.spec,
      argv: made.argv,
      createdAt: context.now().toISOString(),
      startedAt: null,
      exit: noExit,
      engine: null,
      pid: null,
      address: null,
      ports: [],
    },
    monitorPid: null,
    logStart: null,
    lease: null,
    stopAsked: false,
  }
}
