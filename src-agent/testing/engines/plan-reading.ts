import type { LaunchPlan } from '../../engines/driver.ts'

/**
 * Whether a driver reads a field of a plan to run a sandbox, or has no use for it. Where a plan gets another field the
 * compiler asks every driver's setting for it, and plan-suite.ts holds the driver to the answer. What
 * belongs to the process (`ProcessPlan`) is one field of the plan here: nobody asks for its parts.
 */
export type PlanReading = { readonly [K in keyof LaunchPlan]: 'read' | 'unread' }
