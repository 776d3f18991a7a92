import { expect, test } from 'vitest'
import { sentences } from '../sentences/index.ts'
import type { ReasonEntry, SentenceEntry } from './define.ts'
import { reasons } from './index.ts'
import { namesIn, type Part, type Place, parseTemplate } from './template.ts'

const entries: readonly (readonly [string, SentenceEntry & Pick<ReasonEntry, 'remedy'>])[] = [
  ...Object.entries(reasons),
  ...Object.entries(sentences),
]

const templatesOf = ({ sentence, remedy }: SentenceEntry & Pick<ReasonEntry, 'remedy'>): string[] => [
  sentence,
  ...(remedy?.kind === 'runCommand' ? [remedy.command, remedy.why] : []),
  ...(remedy?.kind === 'openLog' ? [remedy.path] : []),
]

test('a reason is a name in kebab case and stands in one table only', () => {
  const names = entries.map(([reason]) => reason)

  expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toStrictEqual([])
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toStrictEqual([])
})

test('no area takes a reason of another: what is joined is as much as the areas have together', async () => {
  const modules = Object.values(
    import.meta.glob<Record<string, unknown>>(['./*.ts', '../sentences/*.ts', '!**/index.ts', '!**/*.test.ts'], {
      eager: true,
    }),
  )
  const tables = modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, table]) =>
      /(Reasons|Sentences)$/.test(name) && typeof table === 'object' ? [table as object] : [],
    ),
  )

  expect(tables.flatMap((table) => Object.keys(table)).sort()).toStrictEqual(entries.map(([name]) => name).sort())
})

test.each(entries)('%s uses only values that it declares', (_reason, entry) => {
  const used = templatesOf(entry).flatMap((template) => [...namesIn(parseTemplate(template))])
  const declared = Object.keys(entry.params ?? {})

  expect(used.filter((name) => !declared.includes(name))).toStrictEqual([])
})

test('no value has the name of what a sentence needs for itself where it stands in another', () => {
  const taken = entries.filter(([, { params = {} }]) => 'reason' in params || 'message' in params)

  expect(taken.map(([reason]) => reason)).toStrictEqual([])
})

test.each(entries)('%s has a branch for whatever a value may be', (_reason, { sentence, params = {} }) => {
  for (const { name, choice } of choicesIn(parseTemplate(sentence))) {
    const keys = [...(choice?.branches.keys() ?? [])]
    const kind = params[name]
    const value = `The sentence chooses by {${name}}`
    if (choice?.by === 'plural') expect(kind, `${value} as a plural, so its kind is number.`).toMatch(/^number\??$/)
    else if (typeof kind === 'object') {
      const unknown = keys.filter((key) => key !== 'other' && !kind.includes(key))
      expect(unknown, `${value}: its params do not list these branches.`).toStrictEqual([])
      const missing = keys.includes('other') ? [] : kind.filter((word) => !keys.includes(word))
      expect(missing, `${value}: it needs branches for these words, or one for other.`).toStrictEqual([])
    } else expect(keys, `${value}, which may be anything: it needs a branch for other.`).toContain('other')
  }
})

function choicesIn(parts: readonly Part[]): Place[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string' || part.choice === undefined) return []
    return [part, ...[...part.choice.branches.values()].flatMap(choicesIn)]
  })
}
