import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { languages } from '#contract/languages/index'
import { en } from './en/index.ts'
import { copyOf, languageChoices, localeOf, tagOf } from './languages.ts'

/** Every text by the path of its key. */
function textsOf(table: object, path = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...textsOf(value as object, `${path}${key}.`)],
    ),
  )
}

const placesIn = (text = ''): string[] => [...new Set(text.match(/\{\{\w+\}\}/g))].sort()
const english = textsOf(en)
const copies = await Promise.all(languages.map(async ({ tag }) => [tag, textsOf((await copyOf(tag)) ?? {})] as const))

test.each(copies)('%s has every key but for the forms of plurals that it does not have, and no other', (tag, texts) => {
  const forms = new Set(new Intl.PluralRules(tag).resolvedOptions().pluralCategories)
  const wanted = [...english.keys()].filter((key) => !key.endsWith('_one') || forms.has('one'))
  expect([...texts.keys()].sort()).toEqual(wanted.sort())
})

test.each(copies)('%s has the places for values that English has', (_tag, texts) => {
  const wrong = [...texts].flatMap(([key, text]) => {
    const [own, theirs] = [placesIn(text), placesIn(english.get(key))]
    return own.join() === theirs.join() ? [] : [`${key}: ${own.join(' ')} for ${theirs.join(' ')}`]
  })
  expect(wrong).toEqual([])
})

test.each(copies)('%s leaves nothing empty', (_tag, texts) => {
  expect([...texts].filter(([, text]) => text.trim() === '')).toEqual([])
})

test('Chinese and Latin words have a space between them, and punctuation between Chinese words is Chinese', () => {
  const texts = new Map(copies).get('zh-CN') ?? new Map<string, string>()
  const plain = [...texts].map(([key, text]) => `${key}: ${text.replaceAll(/\{\{\w+\}\}/g, ' ')}`)
  expect(plain.filter((text) => /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u.test(text))).toEqual([])
  expect(plain.filter((text) => /\p{Script=Han}[,;!?()]|\p{Script=Han}\.$/u.test(text))).toEqual([])
})

test('no language but English is in what the window starts with', () => {
  const folder = join(import.meta.dirname, '..')
  const sources = globSync('**/*.{ts,tsx}', { cwd: folder }).filter((file) => !/^copy\/zh\/|\.test\./.test(file))
  const loads = /^(?:import|export) (?!type ).* from '(?:[./]*(?:copy\/)?|#contract\/languages\/)(?:zh|stretched)\b/m
  expect(sources.filter((file) => loads.test(readFileSync(join(folder, file), 'utf8')))).toEqual([])
  expect(loads.test("import { zh } from './zh/index.ts'")).toBe(true)
})

test('the stretched copy is longer by two fifths, with its places as they are', async () => {
  const stretched = textsOf((await copyOf('en-XA')) ?? {})
  const letters = (text = ''): number => text.replaceAll(/\{\{\w+\}\}/g, '').length
  for (const [key, text] of english) {
    if (letters(text) > 2) expect(letters(stretched.get(key))).toBeGreaterThanOrEqual(letters(text) * 1.4)
    expect(placesIn(stretched.get(key))).toEqual(placesIn(text))
  }
})

test.each([
  ['system', ['zh-CN', 'en'], 'zh-CN'],
  ['system', ['de', 'zh', 'en'], 'zh-CN'],
  ['system', ['fr', 'en'], 'en'],
  ['en', ['zh-CN'], 'en'],
  ['zh-CN', ['en'], 'zh-CN'],
] as const)('the choice %s where the system wants %j is %s', (choice, wanted, tag) => {
  expect(tagOf(choice, wanted)).toBe(tag)
})

test.each([
  ['system', ['de', 'en'], undefined],
  ['en', ['de', 'en-IE'], 'en-IE'],
  ['en', ['de'], 'en'],
  ['zh-CN', ['zh-SG'], 'zh-SG'],
] as const)('the choice %s where the system wants %j writes dates as %s does', (choice, wanted, locale) => {
  expect(localeOf(choice, wanted)).toBe(locale)
})

test('every choice has a copy, or is English', async () => {
  const chosen = languageChoices.map((choice) => tagOf(choice, ['en']))
  expect(await Promise.all(chosen.map(async (tag) => [tag, (await copyOf(tag)) !== null]))).toEqual(
    chosen.map((tag) => [tag, tag !== 'en']),
  )
})
