import { useState } from 'react'
import { AppError } from '#contract/app-error'
import type { Task, TaskId } from '#contract/image'
import { pullByName } from '../../actions/image-actions.ts'
import { useAgent } from '../../store/agent-store.ts'
import { isTaskOver } from '../../store/task-slice.ts'

interface PullState {
  readonly busy: boolean
  readonly error: AppError | null
  /** While it goes on. */
  readonly task: Task | undefined
  /** Gives the name that the image has here; null where it was not fetched. */
  readonly pull: (ref: string, allowHosts?: readonly string[]) => Promise<string | null>
  readonly clear: () => void
}

/** One pull at a time, with what went wrong with the last. */
export function usePull(): PullState {
  const [taskId, setTaskId] = useState<TaskId | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppError | null>(null)
  const task = useAgent((state) => (taskId === null ? undefined : state.tasks.get(taskId)))
  const pull: PullState['pull'] = async (ref, allowHosts = []) => {
    setBusy(true)
    setError(null)
    try {
      return await pullByName(ref.trim(), { onTask: setTaskId, allowHosts })
    } catch (thrown) {
      const failure = AppError.from(thrown)
      if (failure.wire.code !== 'cancelled') setError(failure)
      return null
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, pull, task: task && !isTaskOver(task) ? task : undefined, clear: () => setError(null) }
}

/** The host that a registry wants an image to be fetched from, where that is what a pull was refused for. */
export function refusedHost({ wire }: AppError): string | null {
  const host = wire.reason === 'registry-host-refused' ? wire.params?.['host'] : undefined
  return typeof host === 'string' ? host : null
}
