import type { SandboxSpec } from './sandbox.ts'
import type { FieldTable, FieldWords, SandboxField } from './sandbox-field.ts'
import { sandboxFields } from './sandbox-fields.ts'

/** Fields that change in what runs. */
export type LiveKey = KeysThatTakeEffect<'live'>
type KeysThatTakeEffect<When> = {
  [K in keyof typeof sandboxFields]: (typeof sandboxFields)[K]['takesEffect'] extends When ? K : never
}[keyof typeof sandboxFields]

/** The fields of which something holds, by key. */
export function fieldsWhere(
  holds: (field: SandboxField<never>) => boolean,
  table: FieldTable = sandboxFields,
): readonly string[] {
  return Object.entries(table).flatMap(([key, field]) => (holds(field) ? [key] : []))
}

/** Of a value with these fields, those that are named. */
export function pickFields(spec: SandboxSpec, keys: readonly string[]): Partial<SandboxSpec> {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => keys.includes(key)))
}

/** The words of `joey run` that ask for the same again. */
export function wordsAgain(spec: Readonly<Record<string, unknown>>, table: FieldTable = sandboxFields): string[] {
  const order = [...runOrder, ...Object.keys(table).filter((key) => !runOrder.includes(key))]
  return order.flatMap((key) => table[key]?.again?.(spec[key] as never) ?? [])
}

/** As people write them: the class and the network before what is let through. */
const runOrder: readonly string[] = [
  'class',
  'network',
  'networkName',
  'moreNetworks',
  'ports',
  'mounts',
  'volumes',
  'grants',
]

/** The labels of a table's rows, each by its name, so that the window needs a text for every one of them. */
type LabelOf<Table> = {
  [K in keyof Table]: Table[K] extends { readonly fact: { readonly label: infer Label extends string } } ? Label : never
}[keyof Table]

export type FactLabel = LabelOf<typeof sandboxFields>

/** A row of the facts of a sandbox. */
interface FieldFact<Label extends string> {
  readonly key: string
  readonly label: Label
  readonly words: FieldWords
  readonly value: unknown
}

/** The rows of a card of facts, in order. */
export function factsOf<Table extends FieldTable>(
  card: 'process' | 'network',
  spec: Readonly<Record<string, unknown>>,
  table: Table,
): readonly FieldFact<LabelOf<Table>>[] {
  return Object.entries<SandboxField<never>>(table).flatMap(([key, { fact }]) =>
    fact?.card === card ? [{ key, label: fact.label as LabelOf<Table>, words: fact.words, value: spec[key] }] : [],
  )
}

/** Fields whose control in the create dialog is made from the table. */
export type FormKey = {
  [K in keyof typeof sandboxFields]: (typeof sandboxFields)[K] extends { readonly form: unknown } ? K : never
}[keyof typeof sandboxFields]
export const formKeys = fieldsWhere(({ form }) => form !== undefined) as readonly FormKey[]
