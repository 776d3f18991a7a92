import { isDeepStrictEqual } from 'node:util'
import { type AppError, appError } from '#contract/app-error'
import type { ClassProblem } from '#contract/classes'
import { networksOf } from '#contract/networks-of'
import type { Sandbox, SandboxSpec, SpecChange } from '#contract/sandbox'
import { sandboxFields } from '#contract/sandbox-fields'
import type { ChangePlan } from '#contract/sandbox-operations'
import { listOf, type Sentence, sentence } from '#contract/sentence'
import { specToBe } from '../pending.ts'
import { isRemovedAtItsEnd } from '../spec-policy.ts'

export interface PlanRequest {
  readonly sandbox: Sandbox
  /** What it shall be. */
  readonly after: SandboxSpec
  /** It may be stopped and started again, to have all of it at once. */
  readonly restart: boolean
  /** It has a network of its own now. */
  readonly isConnected: boolean
  /** What was found to forbid it. */
  readonly errors: readonly AppError[]
}

type Effect = ChangePlan['fields'][number]['effect']

export const isLive = ({ state }: Pick<Sandbox, 'state'>): boolean => state === 'running' || state === 'paused'

/** The specification with other values: of the limits each for itself, of all other fields the whole value. */
export function withChange(spec: SandboxSpec, change: SpecChange): SandboxSpec {
  const { limits, ...fields } = change
  return { ...spec, ...said(fields), limits: { ...spec.limits, ...said(limits ?? {}) } }
}

function said<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** The fields in which two specifications differ, in the order of their table. */
export function differing(before: SandboxSpec, after: SandboxSpec): (keyof SandboxSpec)[] {
  const keys = Object.keys(sandboxFields) as (keyof SandboxSpec)[]
  return keys.filter((key) => !isDeepStrictEqual(before[key], after[key]))
}

/** What a change would do. Pure. */
export function planFields(request: PlanRequest): ChangePlan {
  const { sandbox, after, restart } = request
  const before = specToBe(sandbox)
  const fields = differing(before, after).map((field) => ({ field, effect: effectOf(request, field) }))
  const recreates = fields.some(({ effect }) => effect === 'recreated')
  const restarts = isLive(sandbox) && restart && recreates
  const lost = listOf(losses(request, restarts, fields))
  return {
    fields,
    restarts,
    keepsSnapshot: restarts || after.image !== before.image,
    lost: lost.texts,
    lostWordings: lost.wordings,
    problems: [...forbids(request, restarts, recreates).map(blocking), ...notes(sandbox, before, after)],
  }
}

function effectOf({ sandbox, restart, isConnected }: PlanRequest, field: keyof SandboxSpec): Effect {
  const { takesEffect } = sandboxFields[field]
  if (takesEffect === 'onRecord') return 'live'
  if (!isLive(sandbox)) return 'nextStart'
  // Ports and shared networks are those of a network that it may not have yet.
  if (takesEffect === 'live' && (isConnected || field === 'limits')) return 'live'
  return restart || takesEffect === 'recreated' ? 'recreated' : 'nextStart'
}

function forbids({ sandbox, restart, errors }: PlanRequest, restarts: boolean, recreates: boolean): AppError[] {
  const { name, spec } = sandbox
  if (restarts && isRemovedAtItsEnd(spec)) return [...errors, appError('removed-on-exit')]
  return recreates && !restart ? [...errors, appError('change-needs-restart', { name })] : [...errors]
}

/** As an error where it is the only thing that forbids the change. */
export function firstError(request: PlanRequest, { fields, restarts }: ChangePlan): AppError | undefined {
  return forbids(
    request,
    restarts,
    fields.some(({ effect }) => effect === 'recreated'),
  )[0]
}

function losses({ sandbox }: PlanRequest, restarts: boolean, fields: ChangePlan['fields']): Sentence[] {
  if (restarts) {
    return [
      sentence('lost-memory'),
      sentence('lost-connections'),
      ...(sandbox.state === 'paused' ? [sentence('lost-pause')] : []),
      ...(sandbox.class === 'gvisor' ? [sentence('lost-named-pipes')] : []),
    ]
  }
  const network = networksOf(sandbox.spec)[0] ?? null
  const leaves = fields.some(({ field, effect }) => field === 'networkName' && effect === 'live')
  return leaves && network !== null ? [sentence('lost-shared-network', { network })] : []
}

function notes(sandbox: Sandbox, before: SandboxSpec, after: SandboxSpec): ClassProblem[] {
  const wanted = new Set(after.ports.map(({ guestPort }) => guestPort))
  const closes = isLive(sandbox) && sandbox.ports.some(({ guestPort }) => !wanted.has(guestPort))
  return [
    ...(closes ? [note(sentence('change-keeps-connections'))] : []),
    ...(after.image === before.image ? [] : [note(sentence('change-image-below'))]),
  ]
}

function note(said: Sentence): ClassProblem {
  return { level: 'note', ...said }
}

function blocking({ wire: { reason, message, params } }: AppError): ClassProblem {
  return { level: 'blocks', reason, message, ...(params && { params }) }
}
