import * as z from 'zod'
import { Remedy } from './app-error.ts'
import { operation } from './operation.ts'
import { IsolationClass } from './sandbox.ts'

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
  summary: 'Tells who answers. Also the check that the agent lives.',
  request: z.strictObject({}),
  response: AgentInfo,
})

export const stopAgent = operation({
  name: 'agent.stop',
  method: 'POST',
  path: '/v1/agent/stop',
  summary: 'Stops the agent. Sandboxes run on unless told otherwise; terminals opened in them end.',
  request: z.strictObject({ sandboxes: z.enum(['keep', 'stop']).default('keep') }),
  response: z.strictObject({ pid: z.int() }),
})

/** One thing looked at on this host. */
export const Finding = z.strictObject({
  id: z.string(),
  level: z.enum(['ok', 'warning', 'problem']),
  /** What was found: "crun 1.8.1 works". */
  title: z.string(),
  detail: z.string().nullable(),
  remedy: Remedy.nullable(),
})
export type Finding = z.infer<typeof Finding>

export const ClassOffer = z.strictObject({
  class: IsolationClass,
  available: z.boolean(),
  /** Which engine runs it, or why it is not available. */
  explanation: z.string(),
  /** Why this machine has no hardware virtualisation for it, where that slows it down. */
  emulated: z.string().nullable().optional(),
})
export type ClassOffer = z.infer<typeof ClassOffer>

export const examineHost = operation({
  name: 'host.examine',
  method: 'GET',
  path: '/v1/host',
  summary: 'What this host offers and lacks, with remedies.',
  request: z.strictObject({}),
  response: z.strictObject({
    findings: z.array(Finding),
    classes: z.array(ClassOffer),
    cpus: z.int(),
    memoryBytes: z.number(),
  }),
})
export type HostReport = z.infer<(typeof examineHost)['response']>
