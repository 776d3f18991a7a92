import { describe, expect, test } from 'vitest'
import { AppError, appError } from './app-error.ts'
import { type Language, say, sayRemedy, sayText, sayTexts } from './language.ts'
import { chooseLanguage, languages } from './languages/index.ts'
import type { ReasonEntry, SentenceEntry } from './reasons/define.ts'
import { reasons } from './reasons/index.ts'
import { namesIn, type Part, parseTemplate } from './reasons/template.ts'
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
  [['zh_CN.UTF-8'], 'zh-CN'],
  [['zh'], 'zh-CN'],
  [['zh-Hans-HK'], 'zh-CN'],
  [['zh-TW', 'en'], null],
])('for %j the language is %s', (tags, tag) => {
  expect(chooseLanguage(tags, [...languages, { tag: 'zz' }])?.tag ?? null).toBe(tag)
})

const spoken = await Promise.all(languages.map(async ({ load }) => load()))

test('a language is known by the tag that its texts have', () => {
  expect(spoken.map(({ tag }) => tag)).toStrictEqual(languages.map(({ tag }) => tag))
})

describe.each<[string, Language]>([pseudoLanguage, ...spoken].map((language) => [language.tag, language]))(
  '%s',
  (_tag, language) => {
    const texts = Object.entries(language.reasons).map(([reason, said]) =>
      typeof said === 'object' ? { reason, ...said } : { reason, sentence: said, why: undefined },
    )

    test('has every reason and no other, and why one would run what helps', () => {
      expect(Object.keys(language.reasons).sort()).toStrictEqual(Object.keys(entries).sort())
      const helped = Object.keys(entries).filter((reason) => entries[reason]?.remedy?.kind === 'runCommand')
      expect(texts.filter(({ why }) => why !== undefined).map(({ reason }) => reason)).toStrictEqual(helped)
    })

    test('shows every value that English shows, chooses by what English chooses by, and knows no other', () => {
      expect(texts.flatMap((text) => differences(text.reason, text.sentence, entries[text.reason]?.sentence))).toEqual(
        [],
      )
      const remedies = texts.flatMap(({ reason, why = '' }) => {
        const { remedy } = entries[reason] ?? {}
        return differences(reason, why, remedy?.kind === 'runCommand' ? remedy.why : '')
      })
      expect(remedies).toEqual([])
    })

    test('has for every word of a choice what English has', () => {
      const lacking = texts.flatMap(({ reason, sentence: template }) =>
        choicesIn(parseTemplate(template)).flatMap(({ name, words }) => {
          const kind = entries[reason]?.params?.[name]
          if (typeof kind !== 'object') return words.includes('other') ? [] : [`${reason}: ${name} without "other"`]
          const unknown = words.filter((word) => word !== 'other' && !kind.includes(word))
          const missing = words.includes('other') ? [] : kind.filter((word) => !words.includes(word))
          return [...unknown, ...missing].map((word) => `${reason}: ${name} ${word}`)
        }),
      )
      expect(lacking).toEqual([])
    })
  },
)

/** What is in one template and not in the other, but for the choice of a plural: not every language has its forms. */
function differences(reason: string, template: string, english = ''): string[] {
  const [own, theirs] = [parseTemplate(template), parseTemplate(english)]
  const unknown = [...namesIn(own)].filter((name) => !namesIn(theirs).has(name))
  const lost = [...neededIn(theirs)].filter((name) => !namesIn(own).has(name))
  return [
    ...unknown.map((name) => `${reason}: {${name}} is not in English`),
    ...lost.map((name) => `${reason}: {${name}}`),
  ]
}

/** The values that a reader sees, or by which something else is said. A plural may say the same of one and of many. */
function neededIn(parts: readonly Part[], around?: string): Set<string> {
  const needed = new Set<string>()
  for (const part of parts) {
    if (typeof part === 'string') {
      if (around !== undefined && part.includes('#')) needed.add(around)
      continue
    }
    if (part.choice?.by !== 'plural') needed.add(part.name)
    for (const branch of part.choice?.branches.values() ?? []) {
      const inner = part.choice?.by === 'plural' ? part.name : around
      for (const name of neededIn(branch, inner)) needed.add(name)
    }
  }
  return needed
}

function choicesIn(parts: readonly Part[]): { name: string; words: readonly string[] }[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string' || !part.choice) return []
    const { by, branches } = part.choice
    const own = by === 'select' ? [{ name: part.name, words: [...branches.keys()] }] : []
    return [...own, ...[...branches.values()].flatMap(choicesIn)]
  })
}
