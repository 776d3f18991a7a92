import type { ProbeResult } from '#contract/selftest'
import type { Sentence } from '#contract/sentence'

export type Verdict = Pick<ProbeResult, 'outcome' | 'detail' | 'detailWording'>

/** The outcome of one probe, with the sentence that people read. */
export function verdict(outcome: ProbeResult['outcome'], { message, ...wording }: Sentence): Verdict {
  return { outcome, detail: message, detailWording: wording }
}

/** A sentence as the title of a result. */
export function titled({ message, ...wording }: Sentence): Pick<ProbeResult, 'title' | 'titleWording'> {
  return { title: message, titleWording: wording }
}
