import type { Answer } from '#contract/client/call-operation'
import type { NoticeFact } from '#contract/observe'
import type { Sandbox, SandboxId } from '#contract/sandbox'
import type { waitSandbox } from '#contract/sandbox-operations'
import type { KeyedLock } from '../base/async/locks.ts'
import type { EventLog } from '../state/event-log.ts'
import { type SandboxRecord, withSandbox } from '../state/records/sandbox-records.ts'
import { type AwaitedCondition, awaitCondition } from './await-condition.ts'
import { type CreateRequest, createSandbox } from './create-sandbox.ts'
import { createEndings, type Endings } from './endings.ts'
import { findRecord } from './find-sandbox.ts'
import { createHostsFiles, type HostsFiles } from './hosts-files.ts'
import type { LaunchDeps } from './launch.ts'
import { createPlanExec, type PlanExec } from './plan-exec.ts'
import { createOnRecord, overtakeToKill } from './record-queue.ts'
import { createSandboxChanges, type SandboxChanges } from './sandbox-changes.ts'
import {
  pauseRecord,
  removeRecord,
  restartRecord,
  resumeRecord,
  type StopWish,
  startRecord,
  stopRecord,
} from './sandbox-moves.ts'

interface Deps extends LaunchDeps {
  readonly events: EventLog
  readonly lock: KeyedLock
  /** Kills for want of memory in this run that the agent's own check from inside has provoked. */
  readonly killsCaused: (id: string, startedAt: string | null) => number
}

/** The life of sandboxes. Work on one sandbox is done one after the other; sandboxes do not wait for each other. */
export interface SandboxService extends SandboxChanges {
  list(all: boolean): Sandbox[]
  /** By name, id, or an unambiguous start of an id of 4 digits and more. */
  find(ref: string): SandboxRecord
  create(request: CreateRequest, signal: AbortSignal): Promise<Sandbox>
  start(ref: string, signal: AbortSignal): Promise<Sandbox>
  stop(ref: string, wish?: StopWish): Promise<Sandbox>
  restart(ref: string, wish: StopWish, signal: AbortSignal): Promise<Sandbox>
  kill(ref: string, signal: string): Promise<Sandbox>
  pause(ref: string): Promise<Sandbox>
  /** If it still runs: it takes so many bytes of what is left of this machine's disk. The fact says so to people. */
  pauseWriter(id: string, bytes: number, fact: NoticeFact): Promise<Sandbox>
  resume(ref: string): Promise<Sandbox>
  /** With `volumes` those that were made for it go too. */
  remove(ref: string, force: boolean, volumes?: boolean): Promise<{ id: string }>
  /** The same, because its policy wants it and not a person; null: it is not what it was when that was decided. */
  startAgain(id: string, at: string): Promise<Sandbox | null>
  wait(ref: string, signal: AbortSignal): Promise<Answer<typeof waitSandbox>>
  awaitCondition(ref: string, condition: AwaitedCondition, signal: AbortSignal): Promise<{ id: SandboxId }>
  readonly endings: Endings
  readonly hosts: HostsFiles
  readonly planExec: PlanExec
}

export function createSandboxService(deps: Deps): SandboxService {
  const { records, lock } = deps
  const endings = createEndings(deps)
  const hosts = createHostsFiles(deps)
  const own = { ...deps, endings, hosts }
  const find = (ref: string) => findRecord(deps, ref)
  const onRecord = createOnRecord({ records, lock, endings, find })
  const graceOf = (ref: string, requested: number | undefined) => requested ?? find(ref).sandbox.spec.stopGraceMs

  return {
    find,
    endings,
    hosts,
    planExec: createPlanExec(deps),
    list: (all) =>
      records
        .all()
        .map(({ sandbox }) => sandbox)
        .filter(({ state }) => all || ['starting', 'running', 'paused', 'stopping', 'changing'].includes(state))
        .sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
    create: (request, signal) => createSandbox(own, request, signal),
    start: (ref, signal) => onRecord(ref, (record) => startRecord(own, withSandbox(record, { restarts: 0 }), signal)),
    stop: (ref, wish = {}) => onRecord(ref, (record) => stopRecord(own, record, wish), graceOf(ref, wish.graceMs)),
    restart: (ref, wish, signal) =>
      onRecord(ref, (record) => restartRecord(own, record, wish, signal), graceOf(ref, wish.graceMs)),
    kill: (ref, signal) => overtakeToKill(own, { ref, signal, find, onRecord }),
    pause: (ref) => onRecord(ref, (record) => pauseRecord(own, record)),
    pauseWriter: (id, bytes, fact) =>
      onRecord(id, async (record) => {
        if (record.sandbox.state !== 'running') return record.sandbox
        const pausedFor = { reason: 'disk-room', bytes, at: deps.now().toISOString() } as const
        return pauseRecord(own, record, { pausedFor }, [fact])
      }),
    resume: (ref) => onRecord(ref, (record) => resumeRecord(own, record)),
    ...createSandboxChanges({ ...own, onRecord }),
    remove: (ref, force, volumes = false) =>
      onRecord(ref, (record) => removeRecord(own, record, { force, volumes }), force ? 0 : undefined),

    startAgain: (id, at) =>
      onRecord(id, async (record) => {
        const { restarts, restartsAt, state } = record.sandbox
        if (restartsAt !== at || state !== 'stopped') return null
        return startRecord(own, withSandbox(record, { restarts: record.startsAgain ? 0 : restarts + 1 }), deps.signal)
      }),

    awaitCondition: (ref, condition, signal) => awaitCondition(deps, find(ref).sandbox.id, { condition, signal }),

    async wait(ref, signal) {
      const { sandbox } = find(ref)
      // The output of a terminal is read by a viewer, who has yet to come.
      if (!sandbox.spec.tty) endings.expectReader(sandbox.id)
      const exit = await endings.waitForExit(sandbox.id, signal)
      return { id: sandbox.id, exit }
    },
  }
}
