import * as z from 'zod'
import { operation } from './operation.ts'
import { IsolationClass } from './sandbox.ts'
import { mayGrow } from './tolerant.ts'
import { Remedy, Wording } from './wire-texts.ts'

export const AgentInfo = z.strictObject({
  pid: z.int().positive(),
  version: z.string(),
  /** Path of the socket it answers on. */
  socket: z.string(),
  /** The state folder. */
  home: z.string(),
  startedAt: z.iso.datetime(),
  nodeVersion: z.string(),
  log: z.string(),
})
export type AgentInfo = z.infer<typeof AgentInfo>

export const readAgent = operation({
  name: 'agent.info',
  method: 'GET',
  path: '/v1/agent',
  summary: 'Identifies the agent that answers. Also the check that the agent lives.',
  request: z.strictObject({}),
  response: AgentInfo,
})

export const stopAgent = operation({
  name: 'agent.stop',
  method: 'POST',
  path: '/v1/agent/stop',
  summary: 'Stops the agent. Sandboxes run on unless the request stops them; terminals opened in them end.',
  request: z.strictObject({ sandboxes: z.enum(['keep', 'stop']).default('keep') }),
  response: z.strictObject({ pid: z.int() }),
})

/** The ids that an account of Linux can have; the last number means "none". */
const AccountId = z
  .int()
  .min(0)
  .max(2 ** 32 - 2)

export const serveAccount = operation({
  name: 'agent.serve',
  method: 'POST',
  path: '/v1/agent/accounts',
  summary:
    'Lets an account of this machine use the agent, on a socket of its own, until the agent stops. Again: the same socket.',
  request: z.strictObject({ uid: AccountId }),
  response: z.strictObject({
    /** Path of the socket. */
    socket: z.string(),
  }),
})

/** One thing looked at on this host. */
export const Finding = z.strictObject({
  id: z.string(),
  level: mayGrow(z.enum(['ok', 'warning', 'problem']), 'warning'),
  /** What was found: "crun 1.8.1 works". */
  title: z.string(),
  /** What makes {@link title} in other languages. */
  titleWording: Wording.optional(),
  detail: z.string().nullable(),
  /** The same for {@link detail}; none where it is what a program said. */
  detailWording: Wording.optional(),
  remedy: mayGrow(Remedy.nullable(), null),
})
export type Finding = z.infer<typeof Finding>

export const ClassOffer = z.strictObject({
  class: IsolationClass,
  available: z.boolean(),
  /** Which engine runs it, or why it is not available. */
  explanation: z.string(),
  /** What makes {@link explanation} in other languages. */
  explanationWording: Wording.optional(),
  /** Why this machine has no hardware virtualisation for it, where that slows it down. */
  emulated: z.string().nullable().optional(),
  /** What makes {@link emulated} in other languages. */
  emulatedWording: Wording.optional(),
})
export type ClassOffer = z.infer<typeof ClassOffer>

export const examineHost = operation({
  name: 'host.examine',
  method: 'GET',
  path: '/v1/host',
  summary: 'What this host offers and lacks, with remedies.',
  request: z.strictObject({
    /** Looks again, in place of what was found in the last minute. */
    fresh: z.boolean().default(false),
  }),
  response: z.strictObject({
    findings: z.array(Finding),
    classes: z.array(ClassOffer),
    cpus: z.int(),
    memoryBytes: z.number(),
  }),
})
export type HostReport = z.infer<(typeof examineHost)['response']>
