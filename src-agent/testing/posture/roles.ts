import { type Expectation, gofer, guest, monitor, sentry } from './expectations.ts'
import { confinement, emulator, launcher, machineMonitor, shareServer } from './machine-expectations.ts'

/** In order: the first that recognises a process speaks for it. */
export const expectations: readonly Expectation[] = [
  ...[monitor, guest, gofer, sentry],
  ...[machineMonitor, launcher, confinement, emulator, shareServer],
]
