import type { Task, TaskId } from '#contract/image'
import type { AgentEvent } from '#contract/observe'
import { without } from './sandbox-slice.ts'

export type Tasks = ReadonlyMap<TaskId, Task>

export function reduceTasks(tasks: Tasks, event: AgentEvent): Tasks {
  switch (event.type) {
    case 'state':
      return new Map(event.tasks.map((task) => [task.id, task]))
    case 'task.changed':
      return new Map(tasks).set(event.task.id, event.task)
    case 'task.removed':
      return without(tasks, event.id)
    default:
      return tasks
  }
}

export function isTaskOver({ phase }: Task): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'cancelled'
}
