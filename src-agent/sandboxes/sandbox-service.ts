import { AppError, appError } from '#contract/app-error'
import type { Answer } from '#contract/client/client'
import type { Sandbox, SandboxSpec, waitSandbox } from '#contract/sandbox'
import type { Driver } from '../engines/driver.ts'
import { driverOf, type SandboxContext, withSandbox } from './context.ts'
import { signalName, signalNumber } from './describe-exit.ts'
import { endMainProcess } from './end-process.ts'
import { createEndings, type Endings } from './endings.ts'
import { findRecord, requireFreeName } from './find-sandbox.ts'
import { describeChange } from './grant-policy.ts'
import { joeyFolders } from './host-paths.ts'
import { createHostsFiles, type HostsFiles } from './hosts-files.ts'
import { suggestName } from './names.ts'
import { newRecord } from './new-record.ts'
import { resolveArgv } from './process-plan.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { launch, removeForGood, requireState } from './runs.ts'
import { createSandboxChanges, type SandboxChanges } from './sandbox-changes.ts'
import { checkSpec } from './spec-policy.ts'

/** The life of sandboxes. Work on one sandbox is done one after the other; sandboxes do not wait for each other. */
export interface SandboxService extends SandboxChanges {
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
  remove(ref: string, force: boolean): Promise<{ id: string }>
  wait(ref: string, signal: AbortSignal): Promise<Answer<typeof waitSandbox>>
  readonly endings: Endings
  readonly hosts: HostsFiles
}

export function createSandboxService(context: SandboxContext): SandboxService {
  const { records, lock } = context
  const endings = createEndings(context)
  const hosts = createHostsFiles(context)
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
      if (running.sandbox.spec.networkName !== null) await hosts.settled()
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

  const freeze = (ref: string, { from, to, act }: Freeze) =>
    onRecord(ref, async (record) => {
      const { id, state } = record.sandbox
      if (state === to) return record.sandbox
      requireState(record, [from], to === 'paused' ? 'paused' : 'resumed')
      await act(driverOf(context, record.sandbox.class), id)
      records.put(withSandbox(record, { state: to }))
      return shown(id, record.sandbox)
    })

  return {
    find,
    endings,
    hosts,
    list: (all) =>
      records
        .all()
        .map(({ sandbox }) => sandbox)
        .filter(({ state }) => all || ['starting', 'running', 'paused', 'stopping', 'changing'].includes(state))
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt)),

    async create({ name, spec, start }, signal) {
      driverOf(context, spec.class)
      const image = context.images.find(spec.image)
      const checked = await checkSpec(spec, joeyFolders(context.folder))
      const argv = resolveArgv(spec, image.config)
      // Nothing waits between this look and the record, so two creations cannot take one name.
      if (name !== undefined) requireFreeName(context, name)
      const record = newRecord(context, {
        name: name ?? suggestName((each) => records.findByName(each) !== undefined),
        spec: checked,
        argv,
        image: { reference: spec.image, digest: image.digest },
        state: start ? 'starting' : 'created',
      })
      const { id } = record.sandbox
      return lock.run(id, async () => {
        records.put(
          record,
          describeChange({ name: record.sandbox.name, before: [], after: checked.grants, runs: false }),
        )
        if (!start) return record.sandbox
        try {
          const running = await launch(context, record, AbortSignal.any([signal, context.signal]))
          records.put(running)
          if (running.sandbox.spec.networkName !== null) await hosts.settled()
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
        // A frozen process does not die before it is thawed; a frozen machine does.
        if (ends && state === 'paused' && (await driver.phase(id)) === 'paused') await driver.resume(id)
        return shown(id, record.sandbox)
      }),

    pause: (ref) => freeze(ref, { from: 'running', to: 'paused', act: (driver, id) => driver.pause(id) }),
    resume: (ref) => freeze(ref, { from: 'paused', to: 'running', act: (driver, id) => driver.resume(id) }),
    ...createSandboxChanges({ context, hosts, onRecord }),

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

interface Freeze {
  readonly from: 'running' | 'paused'
  readonly to: 'running' | 'paused'
  readonly act: (driver: Driver, id: string) => Promise<void>
}
