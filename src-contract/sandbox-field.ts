import type { HealthCheck } from './health.ts'
import type { SandboxSpec } from './sandbox.ts'
import type { FieldNoun } from './sentences/restore.ts'

/** An option of `joey run`, in the form that the command line declares its options in. */
export interface FieldFlag {
  readonly name: string
  readonly type: 'boolean' | 'string'
  readonly short?: string
  readonly multiple?: true
  /** What stands for the value in the help. */
  readonly value?: string
  readonly help: string
}

/** How the facts of a sandbox show a value. The words are keys of the window's texts. */
export type FieldWords =
  /** Text or a number as it is, or the word for none. */
  | { readonly kind: 'text'; readonly none: 'fromImage' | 'none' }
  | { readonly kind: 'switch'; readonly on: 'yes' | 'rootReadOnly'; readonly off: 'no' | 'rootWritable' }
  | { readonly kind: 'duration' }
  | { readonly kind: 'bytes' }
  /** Words one after another, or the word for none. */
  | { readonly kind: 'list' }
  | { readonly kind: 'networkMode' }
  | { readonly kind: 'healthCheck' }

/** Everything that is to be known about one field of a specification, but what the engines make of it. */
export interface SandboxField<Value = unknown> {
  /** Absent: the command line sets it otherwise, or not at all. */
  readonly flag?: FieldFlag
  /** The words of `joey run` that ask for this value again. Absent: a command to make the same leaves it out. */
  readonly again?: (value: Value) => readonly string[]
  /** A row of the facts; `label` is a key of the window's texts. Absent: shown by a card of its own, or not. */
  readonly fact?: { readonly card: 'process' | 'network'; readonly label: string; readonly words: FieldWords }
  /** A control of the create dialog that is made from this table. Absent: it has one of its own, or none. */
  readonly form?: {
    /** Text, with what other sandboxes have as suggestions. */
    readonly control: 'suggested'
    /** There is nothing to choose without a network. */
    readonly needsNetwork: boolean
  }
  /**
   * When a change is in force. `live`: at once, which needs a way to what runs; `onRecord`: at once, because it is read when it is
   * needed; `recreated`: it must be at rest, or be stopped and started again; `created`: it has an operation of its own.
   * sandboxes/change in the agent reads it.
   */
  readonly takesEffect: 'live' | 'onRecord' | 'nextStart' | 'recreated' | 'created'
  /** It is part of what the sandbox can do and reach. */
  readonly isPolicy: boolean
  /** `then`: as it was kept. `now`: as it is. `narrowed`: as it was kept, as far as it holds now. */
  readonly restored: 'then' | 'now' | 'narrowed'
  /** What it is called where a restore brings back another value: a sentence in sentences/restore.ts. */
  readonly noun?: FieldNoun
  /** `carried`: comes in with a bundle. `requested`: only what the person agrees to. `dropped`: never. */
  readonly inBundle: 'carried' | 'requested' | 'dropped'
}

export type SandboxFields = {
  readonly [K in keyof SandboxSpec]: SandboxField<SandboxSpec[K]> & Fitting<NonNullable<SandboxSpec[K]>>
}

/** What an entry may say about values of this type: other words would show them as what they are not. */
interface Fitting<Value> {
  readonly fact?: { readonly words: { readonly kind: KindFor<Value> } }
  /** The control that the table makes is for text. */
  readonly form?: Value extends string ? object : never
}
type KindFor<Value> = Value extends boolean
  ? 'switch'
  : Value extends readonly string[]
    ? 'list'
    : Value extends number
      ? 'text' | 'duration' | 'bytes'
      : Value extends string
        ? 'text' | 'networkMode'
        : Value extends HealthCheck
          ? 'healthCheck'
          : never

/** The table for who reads it as a whole, or another one like it. */
export type FieldTable = Readonly<Record<string, SandboxField<never>>>
