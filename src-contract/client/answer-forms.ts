import type * as z from 'zod'
import type { Operation, Stream } from '../operation.ts'
import { operations, streams } from '../registry.ts'
import { fallbackOf } from '../tolerant.ts'
import { WireError } from '../wire-texts.ts'
import type { Form } from './answer-form.ts'

/*
 * The build of the command line evaluates this file and puts plain data in its place (tools/build/evaluated-module.ts):
 * to build the schemas of one operation takes longer than most commands.
 */

/** What a call needs to know of an operation. */
export interface CallForm {
  readonly method: Operation['method']
  readonly path: string
  /** The answer, in {@link forms}. */
  readonly answer: number
}

/** What whoever opens a stream needs to know of it. */
export interface StreamForm {
  readonly name: string
  readonly path: string
  /** A message of the agent, in {@link forms}. */
  readonly down: number
}

const made: Form[] = []
const numbers = new Map<z.ZodType, number>()

function numberOf(schema: z.ZodType): number {
  const known = numbers.get(schema)
  if (known !== undefined) return known
  const strict = add(formOf(schema))
  const fallback = fallbackOf(schema)
  const number = fallback ? add({ form: strict, unknown: fallback.value }) : strict
  numbers.set(schema, number)
  return number
}

/** The same form gets the same number. */
function add(form: Form): number {
  const text = JSON.stringify(form)
  const known = made.findIndex((each) => JSON.stringify(each) === text)
  return known === -1 ? made.push(form) - 1 : known
}

/** Throws for what has no form, so that the build fails with it. */
function formOf(schema: z.ZodType): Form {
  const { def } = schema as unknown as { readonly def: Definition }
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return def.type
    case 'enum':
      return { oneOf: Object.values(def.entries) }
    case 'literal':
      return { oneOf: def.values }
    case 'object':
      return { fields: Object.fromEntries(Object.entries(def.shape).map(([name, each]) => [name, numberOf(each)])) }
    case 'array':
      return { listOf: numberOf(def.element) }
    case 'record':
      return { recordOf: numberOf(def.valueType) }
    case 'union':
      return { anyOf: def.options.map(numberOf) }
    case 'optional':
      return { optional: numberOf(def.innerType) }
    case 'nullable':
      return { nullable: numberOf(def.innerType) }
    case 'default':
      return { form: numberOf(def.innerType), missing: def.defaultValue }
    default:
      throw new Error(`An answer has a part of the kind ${def.type}, for which answer-forms.ts has no form.`)
  }
}

/** Of zod's definitions, what is read here. */
interface Definition {
  readonly type: string
  readonly entries: Readonly<Record<string, string>>
  readonly values: readonly (string | number | boolean | null)[]
  readonly shape: Readonly<Record<string, z.ZodType>>
  readonly element: z.ZodType
  readonly valueType: z.ZodType
  readonly options: readonly z.ZodType[]
  readonly innerType: z.ZodType
  readonly defaultValue: unknown
}

const callForm = ({ method, path, response }: Operation): CallForm => ({ method, path, answer: numberOf(response) })

/** By the operation's key in the registry. */
export const callForms = Object.fromEntries(
  Object.entries(operations).map(([key, each]) => [key, callForm(each as unknown as Operation)]),
) as Readonly<Record<keyof typeof operations, CallForm>>

const streamForm = ({ name, path, down }: Stream): StreamForm => ({ name, path, down: numberOf(down) })

/** By the stream's key in the registry. */
export const streamForms = Object.fromEntries(
  Object.entries(streams).map(([key, each]) => [key, streamForm(each as unknown as Stream)]),
) as Readonly<Record<keyof typeof streams, StreamForm>>

/** An answer that is a failure. */
export const failureForm = numberOf(WireError)

/** Every form that others name by its number. */
export const forms: readonly Form[] = made
