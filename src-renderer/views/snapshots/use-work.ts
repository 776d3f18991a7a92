import { useEffect, useRef, useState } from 'react'
import { AppError } from '#contract/app-error'
import type { Task, TaskId } from '#contract/image'
import { toastError } from '../../actions/remedies.ts'
import { newId } from '../../model/new-id.ts'
import { useAgent } from '../../store/agent-store.ts'

type WorkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly id: TaskId }
  | { readonly kind: 'failed'; readonly error: AppError }

interface Work {
  readonly running: boolean
  readonly error: AppError | null
  /** Of what runs; undefined until the agent has announced it. */
  readonly task: Task | undefined
  /**
   * Does it, under an id by which it can be followed and cancelled. True when it was done. `isOpen` returns whether the person
   * still looks at the dialog.
   */
  readonly run: (work: (task: TaskId, isOpen: () => boolean) => Promise<void>) => Promise<boolean>
}

/**
 * Long work of a dialog. A failure is shown in the dialog, so that what was typed stays; where it was closed meanwhile, as
 * a toast with `failed` as its title.
 */
export function useWork(failed: string): Work {
  const [state, setState] = useState<WorkState>({ kind: 'idle' })
  const mounted = useRef(true)
  useEffect(() => {
    mounted.current = true
    return () => {
      mounted.current = false
    }
  }, [])
  const task = useAgent(({ tasks }) => (state.kind === 'running' ? tasks.get(state.id) : undefined))
  return {
    running: state.kind === 'running',
    error: state.kind === 'failed' ? state.error : null,
    task,
    async run(work) {
      const id = newId()
      setState({ kind: 'running', id })
      try {
        await work(id, () => mounted.current)
        if (mounted.current) setState({ kind: 'idle' })
        return true
      } catch (thrown) {
        const error = AppError.from(thrown)
        if (error.wire.code === 'cancelled') {
          if (mounted.current) setState({ kind: 'idle' })
        } else if (mounted.current) setState({ kind: 'failed', error })
        else toastError(failed, error)
        return false
      }
    },
  }
}
