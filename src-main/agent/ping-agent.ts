import { readAgent } from '#contract/agent'
import { appError } from '#contract/app-error'
import { callOperation } from '#contract/client/client'
import type { Address } from '#contract/client/transport'

const answerWithinMs = 5000

/** Rejects when the agent does not answer, with a reason that tells a silent one from one that is gone. */
export async function lookAtAgent(address: Address, withinMs = answerWithinMs): Promise<void> {
  const signal = AbortSignal.timeout(withinMs)
  try {
    await callOperation(address, readAgent, {}, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
    const message = 'The agent does not answer. It may be very busy, or stuck.'
    throw appError('timeout', 'agent-not-answering', message, { remedy: { kind: 'retry' }, cause: error })
  }
}
