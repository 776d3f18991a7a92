import * as z from 'zod'
import { operation } from './operation.ts'
import { IsolationClass, SandboxId, SandboxRef } from './sandbox.ts'

/** One thing that a sandbox should not be able to do, tried from inside. */
export const ProbeResult = z.strictObject({
  /** Stable: `host-files.root-of-pid-1`. */
  id: z.string().regex(/^[a-z0-9.-]{1,64}$/),
  group: z.enum(['files', 'kernel', 'processes', 'devices', 'network', 'privileges', 'limits', 'neighbours']),
  /** What was tried: "Read this machine's files through another process". */
  title: z.string(),
  outcome: z.enum(['pass', 'fail', 'notApplicable']),
  /** What was seen, and where it was granted, by what. */
  detail: z.string(),
})
export type ProbeResult = z.infer<typeof ProbeResult>

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
