import { describe, expect, test } from 'vitest'
import type { Operation, Stream } from '../operation.ts'
import { operations, streams } from '../registry.ts'
import * as newer from '../testing/newer-agent.ts'
import { parseAnswer } from '../tolerant.ts'
import { WireError } from '../wire-texts.ts'
import { type Form, isUnknownKind, readForm } from './answer-form.ts'
import { callForms, failureForm, forms, streamForms } from './answer-forms.ts'

/** Always the same numbers, so that a failure can be repeated. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % below
  }
}

/** Most schemas want one of them; what another asks for in a text is not looked at here. */
const texts = ['a', 'some-text', 'abcdef012345', '2026-11-29T14:04:01.896Z', `sha256:${'0'.repeat(64)}`, '/a/path', '']
const words = texts.slice(0, 3)
const others = [null, undefined, 7, 'another', [], {}, true]

/** A value of the form; now and then something else stands in a place of it, or a field that nobody knows. */
interface Making {
  readonly next: (below: number) => number
  /** One of so many parts; none for 0. */
  readonly spoil: number
  readonly from: readonly string[]
}

function sample(number: number, making: Making): unknown {
  const { next, spoil, from } = making
  if (spoil > 0 && next(spoil) === 0) return others[next(others.length)]
  const form = forms[number] as Form
  if (form === 'string') return from[next(from.length)]
  if (form === 'number') return next(3)
  if (form === 'boolean') return next(2) === 0
  if ('oneOf' in form) return form.oneOf[next(form.oneOf.length)]
  if ('fields' in form) {
    const fields = Object.entries(form.fields).map(([name, each]) => [name, sample(each, making)])
    return Object.fromEntries(next(2) === 0 ? [...fields, ['futureField', 1]] : fields)
  }
  if ('listOf' in form) return Array.from({ length: next(3) }, () => sample(form.listOf, making))
  if ('recordOf' in form) return Object.fromEntries([['key', sample(form.recordOf, making)]].slice(next(2)))
  if ('anyOf' in form) return sample(form.anyOf[next(form.anyOf.length)] ?? 0, making)
  if ('optional' in form) return next(2) === 0 ? undefined : sample(form.optional, making)
  if ('nullable' in form) return next(2) === 0 ? null : sample(form.nullable, making)
  return sample(form.form, making)
}

function byForm(number: number, value: unknown): { readonly data: unknown } | null {
  try {
    return { data: readForm(forms, number, value) }
  } catch {
    return null
  }
}

const cases = [
  ...Object.entries(operations).map(([key, each]) => ({
    key,
    schema: (each as unknown as Operation).response,
    form: callForms[key as keyof typeof operations].answer,
    // What the schema refuses in a remedy for what it is, it replaces.
    from: key === 'examineHost' ? words : texts,
  })),
  ...Object.entries(streams).map(([key, each]) => ({
    key,
    schema: (each as unknown as Stream).down,
    form: streamForms[key as keyof typeof streams].down,
    from: texts,
  })),
  { key: 'a failure', schema: WireError, form: failureForm, from: words },
]

describe.each(cases)('what is read of $key', ({ schema, form, from }) => {
  const rounds = (seed: number, spoil: (round: number) => number) => {
    const next = numbersFrom(form + seed)
    return Array.from({ length: 200 }, (_, round): unknown =>
      JSON.parse(JSON.stringify(sample(form, { next, from, spoil: spoil(round) })) ?? 'null'),
    )
  }

  test('is what its schema reads, where that reads it', () => {
    // A schema also refuses texts and numbers for what they are, which is the agent's own affair.
    const read = rounds(1, (round) => (round % 2) * 25)
      .map((value) => ({ value, parsed: parseAnswer(schema, value) }))
      .filter(({ parsed }) => parsed.success)
    expect(read.map(({ value }) => byForm(form, value)?.data)).toEqual(read.map(({ parsed }) => parsed.data))
  })

  test('is nothing where a part of another kind stands in it', () => {
    const refused = rounds(7, () => 8).filter((value) => byForm(form, value) === null)
    expect(refused.filter((value) => parseAnswer(schema, value).success)).toEqual([])
  })
})

test('a message of a new kind is known as such, and one that is broken is not', () => {
  const { down } = streamForms.eventStream
  expect(isUnknownKind(forms, down, newer.newEvent)).toBe(true)
  expect(isUnknownKind(forms, down, { ...newer.newEvent, type: 'sandbox.removed' })).toBe(false)
  expect(isUnknownKind(forms, down, 'text')).toBe(false)
})

test('a failure says where it is, and an object inherits nothing', () => {
  const listed = callForms.listSandboxes.answer
  expect(() => readForm(forms, listed, [{}])).toThrow(
    expect.objectContaining({ wire: expect.objectContaining({ detail: '0.id is not string.' }) }),
  )
  expect(byForm(listed, {})).toBeNull()
  const proto = JSON.parse('{"__proto__": {"id": "x"}}') as unknown
  expect(byForm(callForms.inspectSandbox.answer, proto)).toBeNull()
})
