import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import { type ClassProfile, listClasses, measureClasses } from '#contract/classes'
import type { IsolationClass } from '#contract/sandbox'
import { call } from '../call.ts'

/** The isolation classes of this host. Requested, because the agent measures them only on request. */
export type ClassesModel =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly profiles: readonly ClassProfile[] }

interface ClassesState {
  readonly classes: ClassesModel
  /** Sandboxes of each class are run for a moment, to measure them. */
  readonly isMeasuring: boolean
}

export const classesStore = createStore<ClassesState>(() => ({ classes: { kind: 'loading' }, isMeasuring: false }))

export function useClasses(): ClassesModel {
  return useStore(classesStore, ({ classes }) => classes)
}

export function useMeasuring(): boolean {
  return useStore(classesStore, ({ isMeasuring }) => isMeasuring)
}

export function profileOf(classes: ClassesModel, of: IsolationClass): ClassProfile | undefined {
  return classes.kind === 'ready' ? classes.profiles.find((profile) => profile.class === of) : undefined
}

/** Looks again. What was known stays visible meanwhile, and also where this fails. */
export async function loadClasses(): Promise<void> {
  try {
    classesStore.setState({ classes: { kind: 'ready', profiles: await call(listClasses, {}) } })
  } catch (error) {
    classesStore.setState(({ classes }) => ({
      classes: classes.kind === 'ready' ? classes : { kind: 'error', error: AppError.from(error) },
    }))
  }
}

/** Measures every class now. A failure is the caller's to show; what was known stays. */
export async function measureNow(): Promise<void> {
  if (classesStore.getState().isMeasuring) return
  classesStore.setState({ isMeasuring: true })
  try {
    classesStore.setState({ classes: { kind: 'ready', profiles: await call(measureClasses, {}) } })
  } finally {
    classesStore.setState({ isMeasuring: false })
  }
}
