import { randomUUID } from 'node:crypto'
import { appError } from '#contract/app-error'
import type { Task, Transfer } from '#contract/image'
import { wordingOf } from '#contract/sentence'
import { explainFailure } from '../base/failures/machine-failure.ts'
import type { EventLog } from './event-log.ts'

export type Progress = (phase: Task['phase'], progress: number | null, transfer?: Transfer) => void

/** Long work that people can watch and cancel. Ended tasks are announced once and forgotten. */
export interface Tasks {
  list(): readonly Task[]
  /** Runs `work` as a task. `signal` cancels it too, as when the client goes away. */
  run<T>(
    request: { id: string | undefined; kind: Task['kind']; subject: string; signal: AbortSignal },
    work: (signal: AbortSignal, onProgress: Progress) => Promise<T>,
  ): Promise<T>
  cancel(id: string): void
}

/** Progress is announced in steps, or a large import would fill the event log. */
const smallestStep = 0.02
/** What is fetched has a rate, which people see change. */
const transferMs = 1000

export function createTasks(events: EventLog, now: () => Date): Tasks {
  const running = new Map<string, { task: Task; controller: AbortController }>()
  const announce = (task: Task) => events.commit([{ type: 'task.changed', task }])

  return {
    list: () => [...running.values()].map(({ task }) => task),

    async run({ id = randomUUID(), kind, subject, signal }, work) {
      if (running.has(id)) throw appError('task-id-taken')
      const controller = new AbortController()
      const entry = { task: startTask(id, kind, subject, now), controller }
      running.set(id, entry)
      announce(entry.task)
      let announcedAt = now().getTime()
      const update: Progress = (phase, progress, transfer) => {
        const { transfer: _old, ...before } = entry.task
        const isStep = Math.abs((progress ?? 0) - (before.progress ?? 0)) >= smallestStep
        const isDue = transfer !== undefined && now().getTime() - announcedAt >= transferMs
        if (phase === before.phase && !isStep && !isDue) return
        entry.task = { ...before, phase, progress, ...(transfer && { transfer }) }
        announcedAt = now().getTime()
        announce(entry.task)
      }
      try {
        const result = await work(AbortSignal.any([signal, controller.signal]), update)
        announce({ ...entry.task, phase: 'done', progress: 1 })
        return result
      } catch (error) {
        const { wire } = explainFailure(error)
        const failure = { message: wire.message, messageWording: wordingOf(wire) }
        announce({ ...entry.task, phase: wire.code === 'cancelled' ? 'cancelled' : 'failed', ...failure })
        throw error
      } finally {
        running.delete(id)
        events.commit([{ type: 'task.removed', id }])
      }
    },

    cancel(id) {
      const entry = running.get(id)
      if (!entry) throw appError('task-not-found')
      entry.controller.abort()
    },
  }
}

function startTask(id: string, kind: Task['kind'], subject: string, now: () => Date): Task {
  return { id, kind, subject, phase: 'checking', progress: null, startedAt: now().toISOString(), message: null }
}
