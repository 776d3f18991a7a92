import * as z from 'zod'
import { TaskId } from './image.ts'
import { operation } from './operation.ts'
import { Argv, IsolationClass, Sandbox, SandboxId, SandboxName, SandboxRef, SandboxSpec } from './sandbox.ts'
import { mayGrow } from './tolerant.ts'
import { Wording } from './wire-texts.ts'

/** Fixed length, and never that of a sandbox at the same time. */
export const SnapshotId = z.string().regex(/^[a-f0-9]{12}$/, 'The id of a snapshot has 12 hexadecimal digits.')
export type SnapshotId = z.infer<typeof SnapshotId>

/** Names of snapshots are for people: unique only among those of one sandbox. */
export const SnapshotName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'The name of a snapshot has 1 to 63 letters, digits and . _ - and starts with a letter or digit.',
  )

/**
 * What `restore` and `fork` accept: an id, an unambiguous start of an id, `SANDBOX@NAME`, or a name that only one snapshot
 * has.
 */
export const SnapshotRef = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, 'Not a name or id of a snapshot.')

/** Why it was made. All but `manual` are made by Joey and fall under the rules of keeping. */
export const SnapshotReason = mayGrow(
  z.enum([
    'manual',
    'schedule',
    'before-restore',
    'before-class-change',
    'before-change',
    'before-remove',
    'before-stop',
    'idle',
    'fork',
    'import',
  ]),
  'manual',
)
export type SnapshotReason = z.infer<typeof SnapshotReason>

/** The memory that a live snapshot holds beside the disk. */
export const LiveState = z.strictObject({
  /** Bytes on disk. */
  bytes: z.int().nonnegative(),
  engine: z.string(),
  /** Why it cannot be restored here and now, as a sentence; null where it can. */
  unusable: z.string().nullable(),
})

export const Snapshot = z.strictObject({
  id: SnapshotId,
  name: SnapshotName,
  note: z.string().max(4096),
  labels: z.record(z.string().min(1).max(256), z.string().max(4096)),
  reason: SnapshotReason,
  /** `creating` until all of it is on disk; `damaged` once a check has found that it is not what was written. */
  state: z.enum(['creating', 'ready', 'damaged']),
  /** The sandbox it was taken of, which may be gone. */
  sandboxId: SandboxId,
  sandboxName: SandboxName,
  /** The node of the tree it was made from; null: the image itself. */
  parentId: SnapshotId.nullable(),
  createdAt: z.iso.datetime(),
  class: IsolationClass,
  image: z.string(),
  imageDigest: z.string(),
  /** The configuration of that moment. */
  spec: SandboxSpec,
  argv: Argv,
  /** Null: disk only. */
  live: LiveState.nullable(),
  /** How long the sandbox was paused for it; 0 where it did not run. */
  pauseMs: z.number().nonnegative(),
  /** From the request to the answer. */
  tookMs: z.number().nonnegative(),
  /** Bytes of the files in its own layer, and how many entries. */
  layerBytes: z.int().nonnegative(),
  layerEntries: z.int().nonnegative(),
  /** Every file has its checksum; before that the background still counts them. */
  sealed: z.boolean(),
  verifiedAt: z.iso.datetime().nullable(),
  /** What is wrong with it, as a sentence; null where nothing is known to be. */
  problem: z.string().nullable(),
  /** What makes it in other languages. */
  problemWording: Wording.optional(),
})
export type Snapshot = z.infer<typeof Snapshot>

/** What a node of the tree costs and what removing it would give back. */
export const SnapshotUsage = z.strictObject({
  id: SnapshotId,
  /** Bytes on disk that no other snapshot and no sandbox stands on. */
  uniqueBytes: z.int().nonnegative(),
  /** Bytes on disk of layers that others stand on too. */
  sharedBytes: z.int().nonnegative(),
  /** What removing it frees now. Differs from `uniqueBytes` where a sandbox still runs on it. */
  freesBytes: z.int().nonnegative(),
  /** Names of what was made from it. */
  dependents: z.array(z.string()),
})
export type SnapshotUsage = z.infer<typeof SnapshotUsage>

/** How long snapshots that Joey makes are kept. Those that people make are never removed by a rule. */
export const KeepRules = z.strictObject({
  last: z.int().min(0).max(1000).default(5),
  hourly: z.int().min(0).max(1000).default(0),
  daily: z.int().min(0).max(1000).default(0),
})
export type KeepRules = z.infer<typeof KeepRules>

export const Schedule = z.strictObject({
  /** Minutes between two; null: none by the clock. */
  everyMinutes: z
    .int()
    .min(1)
    .max(60 * 24 * 31)
    .nullable()
    .default(null),
  /** Before it is stopped. */
  beforeStop: z.boolean().default(false),
  /** Once it has used next to no processor time for so many minutes; null: not. */
  idleMinutes: z
    .int()
    .min(1)
    .max(60 * 24)
    .nullable()
    .default(null),
  /** With memory, where the class can and it runs. */
  live: z.boolean().default(false),
  keep: KeepRules.default({ last: 5, hourly: 0, daily: 0 }),
})
export type Schedule = z.infer<typeof Schedule>

const ByRef = z.strictObject({ ref: SnapshotRef })

export const createSnapshot = operation({
  name: 'snapshot.create',
  method: 'POST',
  path: '/v1/sandboxes/:ref/snapshots',
  summary: 'Keeps the disk of a sandbox as it is, and with `live` its memory and processes. It goes on as it was.',
  request: z.strictObject({
    ref: SandboxRef,
    /** Absent: made up from the time. */
    name: SnapshotName.optional(),
    note: z.string().max(4096).default(''),
    labels: Snapshot.shape.labels.default({}),
    live: z.boolean().default(false),
    task: TaskId.optional(),
  }),
  response: Snapshot,
})

export const listSnapshots = operation({
  name: 'snapshot.list',
  method: 'GET',
  path: '/v1/snapshots',
  summary: 'Lists snapshots, all or those of one sandbox, oldest first.',
  request: z.strictObject({ sandbox: SandboxRef.optional() }),
  response: z.array(Snapshot),
})

export const inspectSnapshot = operation({
  name: 'snapshot.inspect',
  method: 'GET',
  path: '/v1/snapshots/:ref',
  summary: 'Reads one snapshot.',
  request: ByRef,
  response: Snapshot,
})

export const updateSnapshot = operation({
  name: 'snapshot.update',
  method: 'PATCH',
  path: '/v1/snapshots/:ref',
  summary: 'Changes name, note or labels.',
  request: z.strictObject({
    ref: SnapshotRef,
    name: SnapshotName.optional(),
    note: z.string().max(4096).optional(),
    labels: Snapshot.shape.labels.optional(),
  }),
  response: Snapshot,
})

export const readSnapshotUsage = operation({
  name: 'snapshot.usage',
  method: 'GET',
  path: '/v1/snapshots/usage',
  summary: 'What each snapshot costs on disk, and what removing it would free.',
  request: z.strictObject({ sandbox: SandboxRef.optional() }),
  response: z.array(SnapshotUsage),
})

/** What a restore in place throws away, listed beforehand. */
export const RestorePlan = z.strictObject({
  snapshot: Snapshot,
  sandbox: Sandbox,
  live: z.boolean(),
  /** Sentences. */
  lost: z.array(z.string()),
  /** What makes them in other languages, in the same order; so it is for the lists below. */
  lostWordings: z.array(Wording).optional(),
  changes: z.array(z.string()),
  changesWordings: z.array(Wording).optional(),
  /** Sentences that forbid it; empty where it can be done. */
  problems: z.array(z.string()),
  problemsWordings: z.array(Wording).optional(),
  neededBytes: z.int().nonnegative(),
  freeBytes: z.int().nonnegative(),
})
export type RestorePlan = z.infer<typeof RestorePlan>

const RestoreRequest = z.strictObject({
  ref: SnapshotRef,
  /** Absent: the sandbox that it was taken of. */
  sandbox: SandboxRef.optional(),
  /** With memory; absent: where the snapshot has it and this machine can. */
  live: z.boolean().optional(),
})

export const planRestore = operation({
  name: 'snapshot.planRestore',
  method: 'GET',
  path: '/v1/snapshots/:ref/restore',
  summary: 'What restoring it in place would lose and change.',
  request: RestoreRequest,
  response: RestorePlan,
})

export const restoreSnapshot = operation({
  name: 'snapshot.restore',
  method: 'POST',
  path: '/v1/snapshots/:ref/restore',
  summary:
    'Puts a sandbox back to where it was. What is in it now is kept as a snapshot first, unless `keep` is false. A live one goes on from its memory.',
  request: RestoreRequest.extend({ keep: z.boolean().default(true), task: TaskId.optional() }),
  response: z.strictObject({
    sandbox: Sandbox,
    kept: SnapshotId.nullable(),
    messages: z.array(z.string()),
    messagesWordings: z.array(Wording).optional(),
  }),
})

export const forkSandboxes = operation({
  name: 'snapshot.fork',
  method: 'POST',
  path: '/v1/forks',
  summary:
    'Makes new sandboxes from a snapshot, or from a sandbox as it is now. Each has its own id, name, hostname, machine id, addresses and random state.',
  request: z.strictObject({
    snapshot: SnapshotRef.optional(),
    /** Instead of a snapshot: one is made of it first. */
    sandbox: SandboxRef.optional(),
    count: z.int().min(1).max(100).default(1),
    /** Names are PREFIX-1 and so on; with a count of 1, PREFIX itself. Absent: the name of the parent. */
    prefix: SandboxName.optional(),
    /** Running processes go on in each; absent: where the snapshot has them, or the sandbox runs in a class that can. */
    live: z.boolean().optional(),
    start: z.boolean().default(true),
    class: IsolationClass.optional(),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    sandboxes: z.array(Sandbox),
    snapshot: Snapshot,
    /** How long the parent was paused. */
    pauseMs: z.number().nonnegative(),
    /** What is not as in the parent: connections that were dropped, ports that were taken. */
    messages: z.array(z.string()),
    messagesWordings: z.array(Wording).optional(),
  }),
})

export const removeSnapshot = operation({
  name: 'snapshot.remove',
  method: 'DELETE',
  path: '/v1/snapshots/:ref',
  summary: 'Removes it. What was made from it stays as it is, and stands on its parent in the tree from then on.',
  request: ByRef,
  response: z.strictObject({ id: SnapshotId, freedBytes: z.int().nonnegative() }),
})

export const pruneSnapshots = operation({
  name: 'snapshot.prune',
  method: 'POST',
  path: '/v1/snapshots/prune',
  summary: 'Removes what the rules of keeping no longer keep; with `dryRun` only says what that would be.',
  request: z.strictObject({ sandbox: SandboxRef.optional(), dryRun: z.boolean().default(false) }),
  response: z.strictObject({
    removed: z.array(
      z.strictObject({
        id: SnapshotId,
        name: z.string(),
        sandboxName: z.string(),
        why: z.string(),
        whyWording: Wording.optional(),
      }),
    ),
    freedBytes: z.int().nonnegative(),
    /** What people could remove themselves, and why, as sentences. */
    advice: z.array(z.string()),
    adviceWordings: z.array(Wording).optional(),
  }),
})

export const SnapshotCheck = z.strictObject({
  id: SnapshotId,
  name: z.string(),
  ok: z.boolean(),
  /** Sentences, the first hundred. */
  problems: z.array(z.string()),
  problemsWordings: z.array(Wording).optional(),
  checkedBytes: z.int().nonnegative(),
})
export type SnapshotCheck = z.infer<typeof SnapshotCheck>

export const verifySnapshots = operation({
  name: 'snapshot.verify',
  method: 'POST',
  path: '/v1/snapshots/verify',
  summary: 'Reads layers and states again and compares them with their checksums: one, or all.',
  request: z.strictObject({ ref: SnapshotRef.optional(), task: TaskId.optional() }),
  response: z.array(SnapshotCheck),
})

export const readSchedule = operation({
  name: 'snapshot.readSchedule',
  method: 'GET',
  path: '/v1/sandboxes/:ref/schedule',
  summary: 'When Joey makes snapshots of a sandbox by itself, and which it keeps.',
  request: z.strictObject({ ref: SandboxRef }),
  response: z.strictObject({ schedule: Schedule.nullable(), nextAt: z.iso.datetime().nullable() }),
})

export const setSchedule = operation({
  name: 'snapshot.setSchedule',
  method: 'PATCH',
  path: '/v1/sandboxes/:ref/schedule',
  summary: 'Sets that; null turns it off.',
  request: z.strictObject({ ref: SandboxRef, schedule: Schedule.nullable() }),
  response: z.strictObject({ schedule: Schedule.nullable(), nextAt: z.iso.datetime().nullable() }),
})
