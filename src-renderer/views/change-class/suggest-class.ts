import type { IsolationClass } from '#contract/sandbox'
import { classesStore, profileOf } from '../../store/classes-store.ts'

const next: Readonly<Record<IsolationClass, readonly IsolationClass[]>> = {
  container: ['gvisor', 'microvm'],
  gvisor: ['microvm', 'container'],
  microvm: ['gvisor', 'container'],
}

/** What a change is planned to at first: a stronger class, where this host has one. */
export function suggestClass(present: IsolationClass): IsolationClass {
  const { classes } = classesStore.getState()
  const [first = 'container', second = first] = next[present]
  const isClosed = (value: IsolationClass): boolean => profileOf(classes, value)?.available === false
  return isClosed(first) && !isClosed(second) ? second : first
}
