import * as z from 'zod'
import { operation } from './operation.ts'
import { SandboxSpec } from './sandbox.ts'
import { createSandbox } from './sandbox-operations.ts'
import { mayGrow } from './tolerant.ts'
import { functionName, functionTag } from './words.ts'

/** The first part of its address, `NAME.localhost`, and of the names of its sandboxes. */
export const FunctionName = z.string().regex(functionName.pattern, functionName.problem)
export type FunctionName = z.infer<typeof FunctionName>

export const FunctionTag = z.string().regex(functionTag.pattern, functionTag.problem)

/**
 * `http`: its program listens on the port that is in PORT (the runtime contract of Knative). `command`: its command runs once
 * for each call, with the body as its standard input; what it prints is the answer.
 */
export const FunctionKind = z.enum(['http', 'command'])
export type FunctionKind = z.infer<typeof FunctionKind>

const Ms = z.int().min(0).max(3_600_000)

/** How many instances there are. */
export const FunctionScale = z.strictObject({
  min: z.int().min(0).max(1000).default(0),
  max: z.int().min(1).max(1000).default(10),
  /** Started with the revision, before any call. */
  initial: z.int().min(0).max(1000).default(0),
  /** As soon as there is one, so many. */
  activation: z.int().min(1).max(1000).default(1),
})
export type FunctionScale = z.infer<typeof FunctionScale>

/** The constants of Knative's pod autoscaler, with its defaults: https://knative.dev/docs/serving/autoscaling/ */
export const FunctionAutoscaling = z.strictObject({
  stableWindowMs: Ms.min(6000).default(60_000),
  /** The short window, in percent of the long one. */
  panicWindowPercent: z.number().min(1).max(100).default(10),
  /** How many requests are under way in an instance, in percent of what it takes, is aimed at. */
  targetPercent: z.number().min(1).max(100).default(70),
  panicThresholdPercent: z.number().min(110).max(1000).default(200),
  maxUpRate: z.number().min(1.1).max(1000).default(1000),
  maxDownRate: z.number().min(1.1).max(1000).default(2),
  /** So long the last instance stays after none is wanted. */
  graceMs: Ms.default(30_000),
  downDelayMs: Ms.default(0),
  /** Requests for which room is kept; -1: without bound. */
  burst: z.number().min(-1).max(1_000_000).default(211),
})
export type FunctionAutoscaling = z.infer<typeof FunctionAutoscaling>

/** What a revision is, beside its sandbox. */
const shape = {
  kind: FunctionKind.default('http'),
  /** Where an HTTP server of it listens; it is told so by PORT. */
  port: z.int().min(1).max(65_535).default(8080),
  /** Requests at once that one instance takes; 0: as many as come. */
  concurrency: z.int().min(0).max(1000).default(0),
  scale: FunctionScale.default({ min: 0, max: 10, initial: 0, activation: 1 }),
  autoscaling: FunctionAutoscaling.default(FunctionAutoscaling.parse({})),
  /** From the whole request to the end of its answer, waiting included. */
  timeoutMs: Ms.min(1).default(300_000),
  startTimeoutMs: Ms.min(1).default(60_000),
  /** A path whose answer says that it is ready (2xx or 3xx); null: it is as soon as the port takes a connection. */
  readyPath: z
    .string()
    .max(1024)
    .regex(/^\/[\x21-\x7e]*$/, 'A path begins with a slash, and has no blanks.')
    .nullable()
    .default(null),
}

export const FunctionSpec = z.strictObject({ ...shape, sandbox: SandboxSpec })
export type FunctionSpec = z.infer<typeof FunctionSpec>

export const FunctionRevision = z.strictObject({
  /** From 1 on; a number is never given again. */
  number: z.int().min(1),
  spec: FunctionSpec,
  /** What its image is, whatever the name is given to later. */
  imageDigest: z.string(),
  createdAt: z.iso.datetime(),
})
export type FunctionRevision = z.infer<typeof FunctionRevision>

/** Where calls go. A revision without a share is reached by its tag alone. */
export const TrafficShare = z.strictObject({
  revision: z.int().min(1),
  percent: z.int().min(0).max(100),
  tag: FunctionTag.nullable().default(null),
})
export type TrafficShare = z.infer<typeof TrafficShare>

export const JoeyFunction = z.strictObject({
  name: FunctionName,
  createdAt: z.iso.datetime(),
  /** The newest first. Those that get no calls are kept for a way back, the last ten. */
  revisions: z.array(FunctionRevision).min(1),
  traffic: z.array(TrafficShare).min(1),
})
export type JoeyFunction = z.infer<typeof JoeyFunction>

export const RevisionState = z.strictObject({
  revision: z.int(),
  ready: z.int(),
  starting: z.int(),
  /** Calls that wait for an instance. */
  waiting: z.int(),
  /** Calls on instances. */
  underWay: z.int(),
  /** How many instances the autoscaler wants; null: it has not decided yet. */
  desired: z.int().nullable(),
  /** Ids of the sandboxes that take calls. */
  instances: z.array(z.string()),
})
export type RevisionState = z.infer<typeof RevisionState>

export const FunctionDetails = JoeyFunction.extend({
  /** Where it is called; null: the gateway does not listen. */
  url: z.string().nullable(),
  states: z.array(RevisionState),
})
export type FunctionDetails = z.infer<typeof FunctionDetails>

/** One call. */
export const Invocation = z.strictObject({
  id: z.string(),
  /** Of the W3C's trace context; the caller's, or one that was made up. */
  traceparent: z.string(),
  revision: z.int(),
  /** The sandbox that took it; null: none did. */
  instance: z.string().nullable(),
  /** `cold`: it waited for an instance that was being started; `queued`: for one to be free. */
  how: mayGrow(z.enum(['warm', 'queued', 'cold']), 'warm'),
  method: z.string(),
  path: z.string(),
  at: z.iso.datetime(),
  /** Until an instance took it, and until its answer had ended, both from when it came. */
  placedMs: z.number().nullable(),
  totalMs: z.number(),
  status: z.int(),
  bytes: z.int().nonnegative(),
  /** Why it has no answer of the function; in English. */
  problem: z.string().nullable(),
})
export type Invocation = z.infer<typeof Invocation>

const ByName = z.strictObject({ name: FunctionName })

export const deployFunction = operation({
  name: 'function.deploy',
  method: 'POST',
  path: '/v1/functions',
  summary: 'Makes a function, or a new revision of one, to which all its calls go from then on.',
  request: z.strictObject({
    name: FunctionName,
    spec: z.strictObject({ ...shape, sandbox: createSandbox.request.shape.spec }),
    /** False: calls go on to where they went; it is reached once `function.traffic` says so. */
    takeTraffic: z.boolean().default(true),
  }),
  response: FunctionDetails,
})

export const listFunctions = operation({
  name: 'function.list',
  method: 'GET',
  path: '/v1/functions',
  summary: 'Lists functions by name, with what runs for them.',
  request: z.strictObject({}),
  response: z.array(FunctionDetails),
})

export const inspectFunction = operation({
  name: 'function.inspect',
  method: 'GET',
  path: '/v1/functions/:name',
  summary: 'Shows one function with its revisions and what runs for each.',
  request: ByName,
  response: FunctionDetails,
})

export const setTraffic = operation({
  name: 'function.traffic',
  method: 'POST',
  path: '/v1/functions/:name/traffic',
  summary: 'Says which revisions get which share of the calls, and which tags they have.',
  request: ByName.extend({ traffic: z.array(TrafficShare).min(1).max(50) }),
  response: FunctionDetails,
})

export const removeFunction = operation({
  name: 'function.remove',
  method: 'DELETE',
  path: '/v1/functions/:name',
  summary:
    'Removes a function with its revisions and instances. Calls under way are ended by `force`, else waited for.',
  request: ByName.extend({ force: z.boolean().default(false) }),
  response: z.strictObject({ name: FunctionName }),
})

export const listInvocations = operation({
  name: 'function.invocations',
  method: 'GET',
  path: '/v1/functions/:name/invocations',
  summary: 'Lists the last calls of a function, the newest first.',
  request: ByName.extend({ last: z.int().min(1).max(1000).default(100) }),
  response: z.array(Invocation),
})
