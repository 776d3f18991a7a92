import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import { type ClassPlan, planClass, setClass } from '#contract/classes'
import type { IsolationClass, SandboxId } from '#contract/sandbox'
import type { Wording } from '#contract/sentence'
import { call } from '../call.ts'

export type PlanModel =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly plan: ClassPlan }

interface ChangeDone {
  readonly class: IsolationClass
  readonly fellBack: string | null
  readonly fellBackWording?: Wording | undefined
  readonly downMs: number
}

export type ChangeRun =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly since: number }
  | ({ readonly kind: 'done' } & ChangeDone)
  | { readonly kind: 'failed'; readonly error: AppError }

interface ChangeClassState {
  /** Null: the dialog is closed. */
  readonly target: { readonly id: SandboxId; readonly to: IsolationClass } | null
  readonly plan: PlanModel
  readonly run: ChangeRun
}

const closed: ChangeClassState = { target: null, plan: { kind: 'loading' }, run: { kind: 'idle' } }

export const changeClassStore = createStore<ChangeClassState>(() => closed)

export function useChangeClass(): ChangeClassState {
  return useStore(changeClassStore)
}

/** Opens the dialog on a plan, or changes what it plans. */
export function planChange(id: SandboxId, to: IsolationClass): void {
  changeClassStore.setState({ target: { id, to }, plan: { kind: 'loading' }, run: { kind: 'idle' } })
  void loadPlan(id, to)
}

async function loadPlan(id: SandboxId, to: IsolationClass): Promise<void> {
  const plan = await call(planClass, { ref: id, class: to }).then(
    (ready): PlanModel => ({ kind: 'ready', plan: ready }),
    (error: unknown): PlanModel => ({ kind: 'error', error: AppError.from(error) }),
  )
  if (isTarget(id, to)) changeClassStore.setState({ plan })
}

/** A change that runs goes on in the agent; the list shows how it ends. */
export function closeChange(): void {
  changeClassStore.setState(closed)
}

/** Does what the plan says. Resolves with how it ended, for whoever has closed the dialog meanwhile. */
export async function runChange(id: SandboxId, to: IsolationClass): Promise<ChangeRun> {
  changeClassStore.setState({ run: { kind: 'running', since: Date.now() } })
  const run = await call(setClass, { ref: id, class: to }).then(
    ({ sandbox, ...rest }): ChangeRun => ({ kind: 'done', class: sandbox.class, ...rest }),
    (error: unknown): ChangeRun => ({ kind: 'failed', error: AppError.from(error) }),
  )
  if (isTarget(id, to)) changeClassStore.setState({ run })
  return run
}

function isTarget(id: SandboxId, to: IsolationClass): boolean {
  const { target } = changeClassStore.getState()
  return target !== null && target.id === id && target.to === to
}
