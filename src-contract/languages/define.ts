import type { Reason } from '../app-error.ts'
import type { SentenceReason } from '../sentence.ts'

/** What a reason says in a language. Where its remedy is a command, why one would run it is said too. */
export type Translation = string | { readonly sentence: string; readonly why: string }

/** What a file of a language has to say for a table: no entry less, no entry more. */
export type Translated<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends { readonly remedy: { readonly kind: 'runCommand' } }
    ? Exclude<Translation, string>
    : string
}

/** All templates of a language, keyed by reason. The compiler sees to it that none is left out. */
export interface Language {
  /** As in BCP 47: `de`, `pt-BR`. Decides the forms of plurals as well. */
  readonly tag: string
  /** What stands between one sentence and the next: a space, or nothing. */
  readonly between: string
  readonly reasons: Readonly<Record<Reason | SentenceReason, Translation>>
}
