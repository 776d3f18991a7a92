import type { ClassOffer, Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { localFindings } from '../agent/local-findings.ts'
import type { Context } from '../context.ts'

/** What is known of this machine. */
export interface Report {
  readonly agent: boolean
  readonly findings: readonly Finding[]
  readonly classes: readonly ClassOffer[]
}

/** As the agent sees it, and without one as it can be seen from here. */
export async function examine(context: Context, { fresh }: { readonly fresh: boolean }): Promise<Report> {
  try {
    const { findings, classes } = await context.client.examineHost({ fresh })
    return { agent: true, findings, classes }
  } catch (error) {
    const { code } = AppError.from(error).wire
    if (code !== 'unavailable' && code !== 'refused') throw error
    return { agent: false, findings: localFindings(context, AppError.from(error)), classes: [] }
  }
}
