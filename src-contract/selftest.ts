import * as z from 'zod'
import { operation } from './operation.ts'
import type { Said } from './reasons/define.ts'
import { IsolationClass, SandboxId, SandboxRef } from './sandbox.ts'
import { Sentence } from './wire-texts.ts'

/** One thing that a sandbox should not be able to do, tried from inside. */
export const ProbeResult = z.strictObject({
  /** Stable: `host-files.root-of-pid-1`. */
  id: z.string().regex(/^[a-z0-9.-]{1,64}$/),
  group: z.enum(['files', 'kernel', 'processes', 'devices', 'network', 'privileges', 'limits', 'neighbours']),
  /** What was tried: "Read this machine's files through another process". */
  title: z.string(),
  /** What makes the title in other languages; absent in reports of an earlier version. */
  titleWording: Sentence.omit({ message: true }).optional(),
  outcome: z.enum(['pass', 'fail', 'notApplicable']),
  /** From where it was seen. What a program inside says, root of the sandbox can forge; absent in reports of an earlier version. */
  seenFrom: z.enum(['inside', 'host']).optional(),
  /** What was seen, and where it was granted, by what. */
  detail: z.string(),
  /** What makes the detail in other languages; absent where it is the probe's own words. */
  detailWording: Sentence.omit({ message: true }).optional(),
})
export type ProbeResult = z.infer<typeof ProbeResult>

/** What was tried and what came of it, to be said in the language of the person. */
export function sentencesOfProbe(probe: ProbeResult): { readonly title: Said; readonly detail: Said } {
  return {
    title: { reason: '', ...probe.titleWording, message: probe.title },
    detail: { reason: '', ...probe.detailWording, message: probe.detail },
  }
}

/** How many of the answers that count root of the sandbox could have forged: all that were not seen from this machine. */
export function countForgeable(results: readonly ProbeResult[]): number {
  return results.filter(({ outcome, seenFrom }) => outcome !== 'notApplicable' && seenFrom !== 'host').length
}

export const SelfTestReport = z.strictObject({
  id: SandboxId,
  class: IsolationClass,
  /** The engine then: `crun`. */
  engine: z.string().nullable(),
  at: z.iso.datetime(),
  tookMs: z.number().nonnegative(),
  results: z.array(ProbeResult).max(200),
  /** Ids of probes that passed the time before and fail now. */
  drift: z.array(z.string()),
})
export type SelfTestReport = z.infer<typeof SelfTestReport>

export const runSelfTest = operation({
  name: 'selftest.run',
  method: 'POST',
  path: '/v1/sandboxes/:ref/selftest',
  summary: 'Tries from inside a running sandbox what it should not be able to do, and records the result.',
  request: z.strictObject({ ref: SandboxRef }),
  response: SelfTestReport,
})

export const readSelfTest = operation({
  name: 'selftest.read',
  method: 'GET',
  path: '/v1/sandboxes/:ref/selftest',
  summary: 'The latest report of a sandbox; null where it was never checked.',
  request: z.strictObject({ ref: SandboxRef }),
  response: SelfTestReport.nullable(),
})
