import { readAgent } from '#contract/agent'
import { appError } from '#contract/app-error'
import { callOperation } from '#contract/client/call-operation'
import type { Address } from '#contract/client/transport'

const answerWithinMs = 5000

/** Rejects when the agent does not answer, with a reason that tells a silent one from one that is gone. */
export async function pingAgent(address: Address, withinMs = answerWithinMs): Promise<void> {
  const signal = AbortSignal.timeout(withinMs)
  try {
    await callOperation(address, readAgent, {}, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
    throw appError('agent-not-answering', {}, { cause: error })
  }
}
