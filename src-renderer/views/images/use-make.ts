import { useState } from 'react'
import { AppError } from '#contract/app-error'
import type { Task, TaskId } from '#contract/image'
import { RecipeName } from '#contract/recipe'
import { makeByRecipe } from '../../actions/image-actions.ts'
import { useAgent } from '../../store/agent-store.ts'
import { isTaskOver } from '../../store/task-slice.ts'

interface MakeState {
  /** Those of which there is no image here. */
  readonly missing: readonly RecipeName[]
  readonly busy: boolean
  readonly error: AppError | null
  /** While it goes on. */
  readonly task: Task | undefined
  /** Gives the name of the image; null where it was not made. */
  readonly make: (recipe: RecipeName) => Promise<string | null>
}

/** Images that Joey makes without a registry: one at a time, with what went wrong with the last. */
export function useMake(): MakeState {
  const [taskId, setTaskId] = useState<TaskId | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppError | null>(null)
  const images = useAgent((state) => state.images)
  const task = useAgent((state) => (taskId === null ? undefined : state.tasks.get(taskId)))
  const names = new Set([...images.values()].flatMap((image) => image.names))
  const make: MakeState['make'] = async (recipe) => {
    setBusy(true)
    setError(null)
    try {
      return await makeByRecipe(recipe, { onTask: setTaskId })
    } catch (thrown) {
      const failure = AppError.from(thrown)
      if (failure.wire.code !== 'cancelled') setError(failure)
      return null
    } finally {
      setBusy(false)
    }
  }
  const missing = RecipeName.options.filter((recipe) => !names.has(`${recipe}:latest`))
  return { missing, busy, error, make, task: task && !isTaskOver(task) ? task : undefined }
}
