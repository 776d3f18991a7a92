import type * as z from 'zod'
import type { compareConfig } from '#contract/compare'
import type { Image } from '#contract/image'
import { fieldsWhere } from '#contract/read-fields'
import type { SandboxSpec } from '#contract/sandbox'
import type { TreeSources } from '../../sandboxes/trees.ts'

export type ConfigChange = z.output<(typeof compareConfig)['response']>['changes'][number]
type Area = ConfigChange['area']

/** Fields by their names, as text. */
type Facts = ReadonlyMap<string, { readonly area: Area; readonly value: string }>

/** What does not say how a sandbox is set up, or is compared as it works in the end. */
const passedOver: ReadonlySet<string> = new Set([
  'image',
  'command',
  'entrypoint',
  'env',
  'cwd',
  'user',
  'class',
  'labels',
  'limits',
])
const policies: ReadonlySet<string> = new Set(fieldsWhere(({ isPolicy }) => isPolicy))

/** Fields that both sides have and that differ, by name. An image has none of limits and policy. */
export function findConfigChanges(before: Facts, after: Facts): ConfigChange[] {
  const changes: ConfigChange[] = []
  for (const [field, { area, value }] of after) {
    const old = before.get(field)
    if (old !== undefined && old.value !== value) changes.push({ area, field, before: old.value, after: value })
  }
  const isOpen = (field: string) => field.startsWith('env.') || field.startsWith('labels.')
  for (const [one, other, isAdded] of [
    [after, before, true],
    [before, after, false],
  ] as const) {
    for (const [field, { area, value }] of one) {
      if (!isOpen(field) || other.has(field)) continue
      changes.push({ area, field, before: isAdded ? '' : value, after: isAdded ? value : '' })
    }
  }
  return changes.sort((one, other) => (one.field < other.field ? -1 : 1))
}

/** How the tree is run: by its sandbox, by the sandbox that the snapshot was taken of, or by the image alone. */
export function describeConfig(
  { sandbox, snapshot }: Pick<TreeSources, 'sandbox' | 'snapshot'>,
  image: Image | null,
): Facts {
  const shown = sandbox?.sandbox ?? snapshot?.snapshot
  const facts = new Map<string, { area: Area; value: string }>()
  const put = (area: Area, field: string, value: unknown) => void facts.set(field, { area, value: toText(value) })
  const { config } = image ?? {}
  put('configuration', 'argv', shown?.argv ?? [...(config?.entrypoint ?? []), ...(config?.command ?? [])])
  put('configuration', 'cwd', shown?.spec.cwd ?? (config?.cwd || '/'))
  put('configuration', 'user', shown?.spec.user ?? config?.user ?? '')
  put('configuration', 'imageDigest', shown?.imageDigest ?? image?.digest ?? '')
  const env = { ...Object.fromEntries((config?.env ?? []).map(splitVariable)), ...shown?.spec.env }
  for (const [name, value] of Object.entries(env)) put('configuration', `env.${name}`, value)
  const labels = { ...config?.labels, ...shown?.spec.labels }
  for (const [name, value] of Object.entries(labels)) put('configuration', `labels.${name}`, value)
  if (shown) {
    put('policy', 'class', shown.class)
    putSpec(put, shown.spec)
  }
  return facts
}

function putSpec(put: (area: Area, field: string, value: unknown) => void, spec: SandboxSpec): void {
  for (const [name, value] of Object.entries(spec.limits)) put('limits', `spec.limits.${name}`, value)
  for (const [name, value] of Object.entries(spec)) {
    if (!passedOver.has(name)) put(policies.has(name) ? 'policy' : 'configuration', `spec.${name}`, value)
  }
}

function splitVariable(variable: string): readonly [name: string, value: string] {
  const end = variable.indexOf('=')
  return end < 0 ? [variable, ''] : [variable.slice(0, end), variable.slice(end + 1)]
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
