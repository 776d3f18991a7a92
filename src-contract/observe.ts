import * as z from 'zod'
import { Image, Task, TaskId } from './image.ts'
import { UserNetwork } from './network.ts'
import { operation, stream } from './operation.ts'
import { Sandbox, SandboxId, SandboxRef } from './sandbox.ts'
import type { NoticeReason } from './sentences/notices.ts'
import { Settings } from './settings.ts'
import { Snapshot, SnapshotId } from './snapshot.ts'
import { Terminal, TerminalId } from './terminal.ts'
import { Volume } from './volume.ts'
import { Sentence } from './wire-texts.ts'

const base = { seq: z.int().nonnegative(), at: z.iso.datetime() }

/**
 * The one ordered stream of facts. `seq` rises by one with each event, over restarts of the agent too.
 * `state` is everything there is as of its `seq`; it comes first, and wherever `since` is too old.
 */
export const AgentEvent = z.discriminatedUnion('type', [
  z.strictObject({
    ...base,
    type: z.literal('state'),
    sandboxes: z.array(Sandbox),
    images: z.array(Image),
    terminals: z.array(Terminal),
    tasks: z.array(Task),
    settings: Settings,
    snapshots: z.array(Snapshot),
    volumes: z.array(Volume).default([]),
    networks: z.array(UserNetwork).default([]),
  }),
  z.strictObject({ ...base, type: z.literal('sandbox.changed'), sandbox: Sandbox }),
  z.strictObject({ ...base, type: z.literal('sandbox.removed'), id: SandboxId, name: z.string() }),
  z.strictObject({ ...base, type: z.literal('image.changed'), image: Image }),
  z.strictObject({ ...base, type: z.literal('image.removed'), digest: z.string() }),
  z.strictObject({ ...base, type: z.literal('terminal.changed'), terminal: Terminal }),
  z.strictObject({ ...base, type: z.literal('terminal.removed'), id: TerminalId }),
  z.strictObject({ ...base, type: z.literal('task.changed'), task: Task }),
  z.strictObject({ ...base, type: z.literal('task.removed'), id: TaskId }),
  z.strictObject({ ...base, type: z.literal('settings.changed'), settings: Settings }),
  z.strictObject({ ...base, type: z.literal('snapshot.changed'), snapshot: Snapshot }),
  z.strictObject({ ...base, type: z.literal('snapshot.removed'), id: SnapshotId }),
  z.strictObject({ ...base, type: z.literal('volume.changed'), volume: Volume }),
  z.strictObject({ ...base, type: z.literal('volume.removed'), name: z.string() }),
  z.strictObject({ ...base, type: z.literal('network.changed'), network: UserNetwork }),
  z.strictObject({ ...base, type: z.literal('network.removed'), name: z.string() }),
  /** What the agent found and repaired at its start, or needs the person to know. */
  z.strictObject({
    ...base,
    type: z.literal('notice'),
    reason: z.string(),
    /** In English. */
    message: z.string(),
    /** What makes the message in other languages, with the reason. */
    params: Sentence.shape.params,
  }),
])
export type AgentEvent = z.infer<typeof AgentEvent>

/** What every event has, for clients that meet one of a later version: it has its place in the order all the same. */
export const AnyEvent = z.object({ ...base, type: z.string() })
export type AnyEvent = z.infer<typeof AnyEvent>

/** An event for people, made by `notice`: this version has the sentence in its table. */
export interface NoticeFact extends Omit<Extract<AgentEvent, { type: 'notice' }>, 'seq' | 'at'> {
  readonly reason: NoticeReason
}

/** An event before the log has given it its place. */
export type Fact =
  | NoticeFact
  | (AgentEvent extends infer E
      ? E extends { type: 'state' | 'notice' }
        ? never
        : E extends AgentEvent
          ? Omit<E, 'seq' | 'at'>
          : never
      : never)

/** The client sends nothing on these streams. */
export const Nothing = z.never()

/** Text frames only. A plain GET without upgrade answers the same as lines of JSON, for curl. */
export const eventStream = stream({
  name: 'events',
  path: '/v1/events',
  summary: 'Follows all facts, from the whole state or from `since` on.',
  request: z.strictObject({ since: z.int().nonnegative().optional() }),
  up: Nothing,
  down: AgentEvent,
})

/** One line of the main process's output. */
export const LogLine = z.strictObject({
  at: z.string(),
  stream: z.enum(['stdout', 'stderr']),
  /** UTF-8; bytes that are not are replaced. `attach` and files of the sandbox are byte-exact. */
  text: z.string(),
  /** The line goes on in the next entry of this stream. */
  partial: z.boolean(),
})
export type LogLine = z.infer<typeof LogLine>

export const LogDown = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('lines'), lines: z.array(LogLine) }),
  /** No more will come: the sandbox has stopped, or `follow` was not requested. */
  z.strictObject({ type: z.literal('end') }),
])
export type LogDown = z.infer<typeof LogDown>

export const logStream = stream({
  name: 'sandbox.logs',
  path: '/v1/sandboxes/:ref/logs',
  summary: 'Reads the log of the main process over all its runs, and follows it.',
  request: z.strictObject({
    ref: SandboxRef,
    follow: z.boolean().default(false),
    /** Only the last so many lines; absent: all. */
    tail: z.int().nonnegative().optional(),
    since: z.iso.datetime({ offset: true }).optional(),
  }),
  up: Nothing,
  down: LogDown,
})

/** Counters are since the start of the run; rates are over the last second. */
export const UsageSample = z.strictObject({
  id: SandboxId,
  at: z.iso.datetime(),
  /** Cores in use: 0.3 is 30 % of one. */
  cpuCores: z.number().nonnegative(),
  cpuTotalUs: z.number().nonnegative(),
  /** Share of enforcement periods in which the quota held it back, 0 to 1. */
  cpuThrottled: z.number().min(0).max(1),
  /** Without page cache that can be dropped. */
  memoryBytes: z.number().nonnegative(),
  memoryLimitBytes: z.number().nonnegative().nullable(),
  pids: z.int().nonnegative(),
  pidsLimit: z.int().nonnegative().nullable(),
  ioReadBytes: z.number().nonnegative(),
  ioWriteBytes: z.number().nonnegative(),
  netReceiveBytes: z.number().nonnegative(),
  netSendBytes: z.number().nonnegative(),
  /**
   * What the engine itself uses of `memoryBytes` beside the guest: the sentry, the virtual machine. Null where there is
   * none or it cannot be distinguished.
   */
  engineMemoryBytes: z.number().nonnegative().nullable().default(null),
})
export type UsageSample = z.infer<typeof UsageSample>

export const UsageDown = z.strictObject({ type: z.literal('usage'), samples: z.array(UsageSample) })
export type UsageDown = z.infer<typeof UsageDown>

/** First what the agent still has (up to 10 minutes), then a message a second. */
export const usageStream = stream({
  name: 'usage',
  path: '/v1/usage',
  summary: 'Live usage of the running sandboxes at 1 Hz.',
  request: z.strictObject({ ref: SandboxRef.optional(), history: z.boolean().default(false) }),
  up: Nothing,
  down: UsageDown,
})

export const readUsage = operation({
  name: 'usage.read',
  method: 'GET',
  path: '/v1/usage/now',
  summary: 'Usage of the running sandboxes, measured over the last second.',
  request: z.strictObject({ ref: SandboxRef.optional() }),
  response: z.array(UsageSample),
})
