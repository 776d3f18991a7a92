import { appError } from '#contract/app-error'
import type { IsolationClass } from '#contract/sandbox'
import type { Driver, Drivers } from '../engines/driver.ts'

interface Deps {
  readonly drivers: Drivers
}

/** The driver of a class, or the sentence that says why there is none. */
export function driverOf({ drivers }: Deps, wanted: IsolationClass): Driver {
  const driver = drivers.get(wanted)
  if (driver) return driver
  throw appError('class-not-available', { class: wanted })
}
