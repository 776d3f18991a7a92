import type { LaunchPlan } from '../../engines/driver.ts'

/**
 * Whether a driver reads a field of a plan to run a sandbox, or has no use for it. Where a plan gets another field the
 * compiler asks every driver's setting for it, and the test below holds the driver to the answer.
 */
export type PlanReading = { readonly [K in keyof LaunchPlan]: 'read' | 'unread' }
