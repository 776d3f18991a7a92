import { randomBytes } from 'node:crypto'
import { type IsolationClass, type Sandbox, SandboxSpec } from '#contract/sandbox'
import type { Driver } from '../../engines/driver.ts'
import type { SandboxService } from '../sandbox-service.ts'

export interface MeasureClassesDeps {
  readonly sandboxes: Pick<SandboxService, 'create' | 'remove'>
  /** Those that this host offers, weakest first. */
  readonly drivers: () => readonly (readonly [IsolationClass, Driver])[]
  /** Starts are measured by whoever watches them; this measures what one that runs costs. */
  readonly measure: (driver: Driver, sandbox: Sandbox) => Promise<void>
}

/** Always there, and as small as an image can be. */
const image = 'busybox'

/**
 * Runs a sandbox of each class for a moment, one after the other, so that the list of classes shows what they cost here before the
 * first one is made by hand. Requested again meanwhile, it is the same measurement.
 */
export function createMeasureClasses({ sandboxes, drivers, measure }: MeasureClassesDeps) {
  let underWay: Promise<void> | null = null

  const measureOne = async (of: IsolationClass, driver: Driver, signal: AbortSignal): Promise<void> => {
    const name = `measure-${of}-${randomBytes(3).toString('hex')}`
    const spec = SandboxSpec.parse({ image, class: of, command: ['sleep', '300'], network: 'none', removeOnExit: true })
    const sandbox = await sandboxes.create({ name, spec, start: true }, signal)
    try {
      await measure(driver, sandbox)
    } finally {
      await sandboxes.remove(sandbox.id, true)
    }
  }
  const measureAll = async (signal: AbortSignal): Promise<void> => {
    for (const [of, driver] of drivers()) await measureOne(of, driver, signal)
  }
  return (signal: AbortSignal): Promise<void> => {
    underWay ??= measureAll(signal).finally(() => {
      underWay = null
    })
    return underWay
  }
}
