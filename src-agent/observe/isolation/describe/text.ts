import type { IsolationEdge, IsolationFact, IsolationNode } from '#contract/isolation'
import type { Said } from '#contract/reasons/define'
import { type Sentence, type Wording, wordingOf } from '#contract/sentence'

/** What is the same in every language: a name, a path, a number, a list of them. */
export interface Raw {
  readonly raw: string
}
export type Text = Sentence | Raw

export function raw(text: string): Raw {
  return { raw: text }
}

/** A list of names, or the word for none. */
export function listOf(names: readonly string[], none: Sentence): Text {
  return names.length === 0 ? none : raw(names.join(', '))
}

declare const worded: unique symbol
/**
 * Made by the functions of this file only, so that the compiler refuses a fact, node or edge with a text of its own, which
 * could be said in no other language.
 */
type Worded<T> = T & { readonly [worded]: true }
export type WordedFact = Worded<IsolationFact>
export type WordedNode = Worded<IsolationNode>
export type WordedEdge = Worded<IsolationEdge>

interface FactParts extends Pick<IsolationFact, 'topic' | 'weaker'> {
  readonly name: Text
  readonly value: Text
  readonly source: Text
}

export function fact({ topic, name, value, source, weaker }: FactParts): WordedFact {
  return {
    topic,
    ...{ name: textOf(name), ...wordingAs('nameWording', name) },
    ...{ value: textOf(value), ...wordingAs('valueWording', value) },
    ...{ source: textOf(source), ...wordingAs('sourceWording', source) },
    weaker,
  } as WordedFact
}

/** The description of a node: its name and its value. */
export type Detail = readonly [name: Text, value: Text]

interface NodeParts extends Pick<IsolationNode, 'id' | 'kind'> {
  readonly class?: IsolationNode['class']
  readonly sandbox?: IsolationNode['sandbox']
  readonly label: Text
  readonly details?: readonly Detail[]
}

export function node({ label, details = [], ...parts }: NodeParts): WordedNode {
  const lines = details.map(([name, value]) => ({
    ...{ name: textOf(name), ...wordingAs('nameWording', name) },
    ...{ value: textOf(value), ...wordingAs('valueWording', value) },
  }))
  const texts = { label: textOf(label), ...wordingAs('labelWording', label), details: lines }
  return { class: null, sandbox: null, ...parts, ...texts } as WordedNode
}

interface EdgeParts extends Omit<IsolationEdge, 'id' | 'carries' | 'sentence' | 'wording'> {
  readonly sentence: Sentence
  /** Tells several edges of one kind between the same two apart. */
  readonly key?: string
  /** False for an edge that only stands for a resource. */
  readonly carries?: boolean
}

/**
 * A `bounded` edge never carries: there is a program in between, which who has taken one side must first break.
 */
export function edge({ key, carries = true, sentence, ...parts }: EdgeParts): WordedEdge {
  const id = `${parts.from}>${parts.what}>${parts.to}${key === undefined ? '' : `#${key}`}`
  const texts = { sentence: sentence.message, wording: wordingOf(sentence) }
  return { id, ...parts, ...texts, carries: carries && parts.strength !== 'bounded' } as WordedEdge
}

/** A text inside of a sentence. */
export function saidOf(text: Text): Said {
  return 'raw' in text ? { reason: '', message: text.raw } : text
}

function textOf(text: Text): string {
  return 'raw' in text ? text.raw : text.message
}

function wordingAs<Name extends string>(name: Name, text: Text): Partial<Record<Name, Wording>> {
  return 'raw' in text ? {} : ({ [name]: wordingOf(text) } as Partial<Record<Name, Wording>>)
}
