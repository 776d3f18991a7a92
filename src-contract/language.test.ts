import { expect, test } from 'vitest'
import { AppError, appError } from './app-error.ts'
import { chooseLanguage, type Language, languages, say, sayRemedy, sayText, sayTexts } from './language.ts'
import type { ReasonEntry, SentenceEntry } from './reasons/define.ts'
import { reasons } from './reasons/index.ts'
import { namesIn, parseTemplate } from './reasons/template.ts'
import { commandRemedy } from './remedy.ts'
import { sentence, wordingOf } from './sentence.ts'
import { sentences } from './sentences/index.ts'
import { pseudoLanguage } from './testing/pseudo-language.ts'

const entries: Readonly<Record<string, SentenceEntry & Pick<ReasonEntry, 'remedy'>>> = { ...reasons, ...sentences }

test('a failure is said in the language, with its values', () => {
  const { wire } = appError('port-in-use', { port: 80 })

  expect(say(wire, null)).toBe(wire.message)
  expect(say(wire, pseudoLanguage)).toBe(`[port-in-use: ${wire.message}]`)
})

test('a sentence inside of another is said in the language too', () => {
  const why = sentence('path-of-system', { folder: '/etc' })
  const { wire } = appError('mount-source-refused', { source: '/etc', why })

  expect(wire.message).toContain('/etc belongs to the system.')
  expect(say(wire, pseudoLanguage)).toContain('[path-of-system: /etc belongs to the system.')
})

test('several sentences inside of another are said in their order', () => {
  const problems = [appError('sandbox-not-found', { ref: 'a' }).wire, { reason: 'newer', message: 'Something new.' }]
  const { wire } = appError('class-change-not-possible', { name: 'box', class: 'gvisor', problems })

  expect(say(wire, pseudoLanguage)).toMatch(/\[sandbox-not-found: .*\] Something new\.\]$/)
})

test.each([
  ['a reason that this version does not know', { reason: 'of-tomorrow', params: {} }],
  ['a reason whose values are others there', { reason: 'port-in-use', params: { port: 'eighty' } }],
  ['a reason without its values', { reason: 'port-in-use' }],
  ['a reason named as what every object has', { reason: 'constructor' }],
])('%s shows the message that travelled', (_what, said) => {
  expect(say({ message: 'As the agent says it.', ...said }, pseudoLanguage)).toBe('As the agent says it.')
})

test('a text is said from the wording beside it, in the order of a list', () => {
  const [first, second] = [sentence('step-stop', { seconds: 5 }), sentence('lost-memory')]

  expect(sayText(first.message, wordingOf(first), null)).toBe(first.message)
  expect(sayTexts([first.message, second.message], [first, second].map(wordingOf), pseudoLanguage)).toStrictEqual([
    '[step-stop: Stop it, within 5 s at most]',
    `[lost-memory: ${second.message}]`,
  ])
})

test('a text of an agent that gives no wordings is shown as it came', () => {
  expect(sayTexts(['Stop it', 'Start it'], undefined, pseudoLanguage)).toStrictEqual(['Stop it', 'Start it'])
})

test('a remedy has its command as it is, and its reason in the language', () => {
  const { wire } = appError('class-not-available', { class: 'gvisor' })

  expect(sayRemedy(wire, pseudoLanguage)).toStrictEqual({
    kind: 'runCommand',
    command: 'joey doctor',
    why: '[Shows what is missing for each class.]',
  })
})

test('a remedy that only the agent knew is said by the wording that it brings along', () => {
  const remedy = commandRemedy('apt install x', sentence('remedy-installs', { program: 'x' }))
  const { wire } = appError('class-not-available', { class: 'gvisor' }, { remedy })

  expect(sayRemedy(wire, pseudoLanguage)).toMatchObject({
    command: 'apt install x',
    why: '[remedy-installs: Installs x.]',
  })
})

test('one without a wording stays as it came', () => {
  const remedy = { kind: 'runCommand', command: 'apt install x', why: 'Install it' } as const
  const error = new AppError({ ...appError('class-not-available', { class: 'gvisor' }).wire, remedy })

  expect(sayRemedy(error.wire, pseudoLanguage)).toStrictEqual(remedy)
})

test.each([
  [['en_US.UTF-8'], null],
  [['C'], null],
  [['de_DE.UTF-8'], null],
  [['en-XA'], null],
  [['xx-yy', 'zz_ZZ.UTF-8'], 'zz'],
  [['zz'], 'zz'],
])('for %j the language is %s', (tags, tag) => {
  expect(chooseLanguage(tags, [{ ...pseudoLanguage, tag: 'zz' }])?.tag ?? null).toBe(tag)
})

test.each<[string, Language]>([pseudoLanguage, ...languages].map((language) => [language.tag, language]))(
  '%s has every reason, and uses only values that there are',
  (_tag, language) => {
    expect(Object.keys(language.reasons).sort()).toStrictEqual(Object.keys(entries).sort())
    for (const [reason, { sentence: template, why }] of Object.entries(language.reasons)) {
      const { params = {}, remedy } = entries[reason] ?? { sentence: '' }
      const used = [template, why ?? ''].flatMap((text) => [...namesIn(parseTemplate(text))])
      expect({ reason, unknown: used.filter((name) => !(name in params)) }).toStrictEqual({ reason, unknown: [] })
      expect({ reason, why: why !== undefined }).toStrictEqual({ reason, why: remedy?.kind === 'runCommand' })
    }
  },
)
