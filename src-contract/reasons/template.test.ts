import { expect, test } from 'vitest'
import { fillRemedy, fillTemplate, namesIn, parseTemplate } from './template.ts'

test('a value stands where its name stood', () => {
  expect(fillTemplate('Port {port} of "{name}" is taken.', { port: 80, name: 'web' })).toBe(
    'Port 80 of "web" is taken.',
  )
})

test('a plural has its own branch for each form of the language, and one for an exact number', () => {
  const template = 'It fits {count, plural, =0 {nothing} one {# sandbox} other {# sandboxes}}.'

  expect([0, 1, 2].map((count) => fillTemplate(template, { count }))).toStrictEqual([
    'It fits nothing.',
    'It fits 1 sandbox.',
    'It fits 2 sandboxes.',
  ])
})

test('the language decides which plural a number has', () => {
  const template = '{count, plural, one {plik} few {pliki} other {plików}}'

  expect(fillTemplate(template, { count: 3 }, 'pl')).toBe('pliki')
})

test('a word chooses a branch, which may hold places in turn', () => {
  const template = '{state, select, paused {Resume {name}.} = {No state.} other {It is {state}.}}'

  expect(fillTemplate(template, { state: 'paused', name: 'web' })).toBe('Resume web.')
  expect(fillTemplate(template, { state: '' })).toBe('No state.')
  expect(fillTemplate(template, { state: 'created' })).toBe('It is created.')
})

test('values are never read as templates', () => {
  expect(fillTemplate('{name} is gone.', { name: '{path} # {' })).toBe('{path} # { is gone.')
  expect(fillTemplate('{count, plural, other {# of {name}}}', { count: 2, name: '#1' })).toBe('2 of #1')
})

test('a brace is written between apostrophes', () => {
  expect(fillTemplate("'{'{name}'}'", { name: 'x' })).toBe('{x}')
})

test('a value that is missing shows as its name', () => {
  expect(fillTemplate('{name} and {toString}', {})).toBe('{name} and {toString}')
})

test.each(['{', '{name', 'a}', '{a b}', '{n, plural, one {x}}', '{n, date, x {y}}'])('%s is refused', (template) => {
  expect(() => parseTemplate(template)).toThrow(SyntaxError)
})

test('the names of a template include those of its branches', () => {
  const parts = parseTemplate('{a} {b, select, x {{c}} other {}}')

  expect([...namesIn(parts)].sort()).toStrictEqual(['a', 'b', 'c'])
})

test('a value in a command is quoted where a shell would take it apart', () => {
  const remedy = { kind: 'runCommand', command: 'joey start {name}', why: 'Starts {name}.' } as const

  expect(fillRemedy(remedy, { name: 'web' })).toMatchObject({ command: 'joey start web' })
  expect(fillRemedy(remedy, { name: "a b'c" })).toMatchObject({
    command: String.raw`joey start 'a b'\''c'`,
    why: "Starts a b'c.",
  })
})
