import { formatBytes } from '#contract/byte-size'
import { portText } from '#contract/port-text'
import type { Sandbox, SandboxSpec, SpecChange } from '#contract/sandbox'
import { newId } from '../../model/new-id.ts'
import {
  type CreateForm,
  type EnvRow,
  emptyForm,
  findProblems,
  type PortRow,
  type Problems,
  readBytes,
  readNumber,
  readPort,
} from '../create/create-form.ts'

type FromCreate = Pick<CreateForm, 'memory' | 'cpus' | 'pids' | 'disk'>

/** What the person has typed, as text. */
export interface EditForm extends FromCreate {
  readonly policy: string
  readonly ports: readonly PortRow[]
  readonly env: readonly EnvRow[]
  readonly labels: readonly EnvRow[]
}

export type EditProblems = Pick<Problems, 'memory' | 'cpus' | 'pids' | 'disk' | 'ports' | 'env'> & {
  readonly labels?: true
}

/** The specification that its next start has. */
export function specToBe({ spec, pending }: Sandbox): SandboxSpec {
  return { ...spec, ...(pending?.spec as Partial<SandboxSpec> | undefined) }
}

export function formOf(sandbox: Sandbox): EditForm {
  const { limits, ports, env, labels, restartPolicy } = specToBe(sandbox)
  const row = ([name, value]: [string, string]): EnvRow => ({ key: newId(), name, value })
  return {
    memory: sizeText(limits.memoryBytes),
    cpus: limits.cpus === null ? '' : String(limits.cpus),
    pids: limits.pids === null ? '' : String(limits.pids),
    disk: sizeText(limits.diskBytes),
    policy: restartPolicy,
    ports: ports.map(({ hostPort, guestPort, protocol }) => ({
      key: newId(),
      hostPort: hostPort === 0 ? '' : String(hostPort),
      guestPort: portText(guestPort, protocol),
    })),
    env: Object.entries(env).map(row),
    labels: Object.entries(labels).map(row),
  }
}

/** All that is wrong, by field. */
export function findEditProblems(form: EditForm, sandbox: Sandbox): EditProblems {
  const { memory, cpus, pids, disk, ports, env } = findProblems({
    ...emptyForm(sandbox.image, sandbox.name),
    ...form,
    network: specToBe(sandbox).network,
  })
  const names = form.labels.map(({ name }) => name.trim())
  const wrong = names.includes('') || new Set(names).size < names.length
  const found = { memory, cpus, pids, disk, ports, env, ...(wrong && { labels: true as const }) }
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== undefined))
}

/** What differs from what it is, or is to be. Only for a form without problems. */
export function readEdit(form: EditForm, sandbox: Sandbox): SpecChange {
  const before = specToBe(sandbox)
  const limits = {
    memoryBytes: readSize(form.memory, before.limits.memoryBytes),
    cpus: readNumber(form.cpus),
    pids: readNumber(form.pids),
    diskBytes: readSize(form.disk, before.limits.diskBytes),
  }
  const wished = {
    limits: changed(before.limits, limits),
    restartPolicy: form.policy,
    ports: form.ports.map(readPort),
    env: recordOf(form.env),
    labels: recordOf(form.labels),
  }
  return changed({ ...before, limits: {} }, wished)
}

/** The shown size is rounded: what was not touched must not change the limit. */
function readSize(text: string, before: number | null): number | null {
  return text === sizeText(before) ? before : readBytes(text)
}

function sizeText(bytes: number | null): string {
  return bytes === null ? '' : formatBytes(bytes)
}

const recordOf = (rows: readonly EnvRow[]): Record<string, string> =>
  Object.fromEntries(rows.map(({ name, value }) => [name.trim(), value]))

/** Those of the values that are others. */
function changed<Values extends object>(before: object, after: Values): Partial<Values> {
  const was = before as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => stable(was[key]) !== stable(value)),
  ) as Partial<Values>
}

/** The order of labels and variables says nothing. */
function stable(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
  return JSON.stringify(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
