import * as z from 'zod'
import { operation, stream } from './operation.ts'
import { IsolationClass, PortProtocol, SandboxId, SandboxRef, SandboxState } from './sandbox.ts'
import { Wording } from './wire-texts.ts'

/** How much is shared along an edge, weakest isolation last. */
export const Strength = z.enum(['bounded', 'filtered', 'readable', 'reachable', 'shared', 'writable', 'total'])
export type Strength = z.infer<typeof Strength>

export const NodeKind = z.enum([
  'hostKernel',
  'hypervisor',
  'sentry',
  'guestKernel',
  'sandbox',
  'mount',
  'network',
  'port',
  'socket',
  'device',
  'agent',
  'outside',
])
export type NodeKind = z.infer<typeof NodeKind>

export const NodeId = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[a-z-]+(:.+)?$/i)

export const IsolationNode = z.strictObject({
  /** `sandbox:aaaa0000bbbb`, `host-kernel`, `mount:/srv/data`. Stable while the thing is. */
  id: NodeId,
  kind: NodeKind,
  label: z.string(),
  /** Absent where the label is the same in every language: a name, a path. As all wordings here, of an earlier agent too. */
  labelWording: Wording.optional(),
  /** Sandboxes: for colour and shape. */
  class: IsolationClass.nullable(),
  sandbox: SandboxId.nullable(),
  /** What was observed, as lines for the panel and the text equivalent. */
  details: z.array(
    z.strictObject({
      name: z.string(),
      nameWording: Wording.optional(),
      value: z.string(),
      valueWording: Wording.optional(),
    }),
  ),
})
export type IsolationNode = z.infer<typeof IsolationNode>

/** What would cut an edge, as something that can be done. Each kind leads to one plan in the window. */
export const Cut = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('setClass'), ref: SandboxRef, class: IsolationClass }),
  z.strictObject({ kind: z.literal('dropGrant'), ref: SandboxRef, grant: z.string() }),
  z.strictObject({ kind: z.literal('leaveNetwork'), ref: SandboxRef, network: z.string() }),
  z.strictObject({ kind: z.literal('unpublish'), ref: SandboxRef, hostPort: z.int(), protocol: PortProtocol }),
  z.strictObject({ kind: z.literal('makeReadOnly'), ref: SandboxRef, target: z.string() }),
  z.strictObject({ kind: z.literal('setLimit'), ref: SandboxRef, limit: z.enum(['memory', 'cpu', 'pids']) }),
])
export type Cut = z.infer<typeof Cut>

/** `from` can act upon `to` in the way that `what` says. */
export const IsolationEdge = z.strictObject({
  id: z.string().max(1200),
  from: NodeId,
  to: NodeId,
  /** `kernel`, `files`, `network`, `port`, `socket`, `memory`, `cpu`, `pids`, `control`, `device`. */
  what: z.enum(['kernel', 'files', 'network', 'port', 'socket', 'memory', 'cpu', 'pids', 'control', 'device']),
  strength: Strength,
  /** "System calls go to this machine's kernel, filtered by seccomp." */
  sentence: z.string(),
  wording: Wording.optional(),
  /** A taken-over `from` takes this path; an edge that only stands for a bound resource does not carry. */
  carries: z.boolean(),
  /** One change that would cut it; null where none is known. */
  cut: Cut.nullable(),
})
export type IsolationEdge = z.infer<typeof IsolationEdge>

/** One observed fact, with where it was read, so that it can be checked by hand. */
export const IsolationFact = z.strictObject({
  topic: z.enum([
    'namespaces',
    'cgroup',
    'limits',
    'capabilities',
    'seccomp',
    'lsm',
    'users',
    'privileges',
    'kernel',
    'devices',
    'sockets',
    'mounts',
    'network',
    'ports',
    'process',
  ]),
  name: z.string(),
  nameWording: Wording.optional(),
  value: z.string(),
  valueWording: Wording.optional(),
  /** `/proc/1234/status`, `nft list table`. */
  source: z.string(),
  sourceWording: Wording.optional(),
  /** Worse than the default of its class. */
  weaker: z.boolean(),
})
export type IsolationFact = z.infer<typeof IsolationFact>

/** One line of the derivation of a score. Documented in docs/isolation-score.md. */
export const ScorePart = z.strictObject({
  points: z.int(),
  of: z.int(),
  /** In English. */
  sentence: z.string(),
  /** What makes the sentence in other languages; an agent of an earlier version does not send it. */
  wording: Wording.optional(),
})
export type ScorePart = z.infer<typeof ScorePart>

export const Score = z.strictObject({ value: z.int().min(0).max(100), parts: z.array(ScorePart) })
export type Score = z.infer<typeof Score>

export const SandboxIsolation = z.strictObject({
  id: SandboxId,
  name: z.string(),
  class: IsolationClass,
  state: SandboxState,
  observedAt: z.iso.datetime(),
  /** All of them in the view of one sandbox; in that of all sandboxes those that are `weaker`, to keep it small. */
  facts: z.array(IsolationFact),
  score: Score,
})
export type SandboxIsolation = z.infer<typeof SandboxIsolation>

/** Who disturbs whom, measured over the last window. */
export const Interference = z.strictObject({
  victim: SandboxId,
  culprit: SandboxId,
  resource: z.enum(['cpu', 'memory', 'io']),
  /** 0 to 1: share of the time in which the victim waited, as far as the culprit used the resource meanwhile. */
  strength: z.number().min(0).max(1),
  sentence: z.string(),
  wording: Wording.optional(),
  /** The limit on the culprit that would calm it. */
  suggestion: z
    .strictObject({
      ref: SandboxRef,
      cpus: z.number().positive().nullable(),
      memoryBytes: z.int().positive().nullable(),
      sentence: z.string(),
      wording: Wording.optional(),
    })
    .nullable(),
})
export type Interference = z.infer<typeof Interference>

/** What pressure each sandbox suffered in the last window. Shares of time, 0 to 1; null where the kernel does not report it. */
export const Pressure = z.strictObject({
  id: SandboxId,
  cpu: z.number().min(0).max(1).nullable(),
  memory: z.number().min(0).max(1).nullable(),
  io: z.number().min(0).max(1).nullable(),
  throttled: z.number().min(0).max(1),
  cpuCores: z.number().nonnegative(),
  /** Pages taken back per second. */
  reclaim: z.number().nonnegative().nullable(),
})
export type Pressure = z.infer<typeof Pressure>

/** Who disturbed whom during ten seconds; slots of the last ten minutes make the matrix over time. */
export const InterferenceSlot = z.strictObject({
  at: z.iso.datetime(),
  cells: z.array(Interference.pick({ victim: true, culprit: true, resource: true, strength: true })),
})
export type InterferenceSlot = z.infer<typeof InterferenceSlot>

export const IsolationView = z.strictObject({
  at: z.iso.datetime(),
  sandboxes: z.array(SandboxIsolation),
  nodes: z.array(IsolationNode),
  edges: z.array(IsolationEdge),
  /** Of the whole view. */
  score: Score,
  pressures: z.array(Pressure),
  interference: z.array(Interference),
  /** Oldest first. In a stream only in the first view and where a slot has come; absent means that it is as it was. */
  history: z.array(InterferenceSlot).optional(),
})
export type IsolationView = z.infer<typeof IsolationView>

export const readIsolation = operation({
  name: 'isolation.read',
  method: 'GET',
  path: '/v1/isolation',
  summary:
    'What is shared between the sandboxes and this machine, from observed state: facts, graph, scores, interference.',
  request: z.strictObject({
    ref: SandboxRef.optional(),
    /** Pressure is a growth over time: where nobody has followed the view, this answer takes two seconds with it. */
    measure: z.boolean().default(true),
  }),
  response: IsolationView,
})

/** One thing that can be reached, by the shortest path. */
export const Reached = z.strictObject({
  node: NodeId,
  /** Ids of edges, from the start on. */
  path: z.array(z.string()),
  /** The strength of the weakest link of the path. */
  strength: Strength,
})
export type Reached = z.infer<typeof Reached>

export const BlastRadius = z.strictObject({
  from: NodeId,
  reached: z.array(Reached),
  /** The one change that takes most out of reach; null where nothing would. */
  cut: z
    .strictObject({ cut: Cut, sentence: z.string(), wording: Wording.optional(), removes: z.array(NodeId) })
    .nullable(),
})
export type BlastRadius = z.infer<typeof BlastRadius>

export const readBlastRadius = operation({
  name: 'isolation.blast',
  method: 'GET',
  path: '/v1/isolation/blast',
  summary: 'If this node is taken over, what is reachable, by which path, and which one change would cut it.',
  request: z.strictObject({ node: NodeId }),
  response: BlastRadius,
})

/** A view whenever it has changed, looked at once a second while somebody listens. */
export const isolationStream = stream({
  name: 'isolation',
  path: '/v1/isolation/live',
  summary: 'Follows the isolation view.',
  request: z.strictObject({ ref: SandboxRef.optional() }),
  up: z.never(),
  down: z.strictObject({ type: z.literal('view'), view: IsolationView }),
})
