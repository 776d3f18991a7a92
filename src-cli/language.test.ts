import { expect, test } from 'vitest'
import { loadLanguage } from './language.ts'

test.each([
  ['nothing', {}, undefined],
  ['LANG', { LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
  ['LC_MESSAGES before LANG', { LC_MESSAGES: 'en_GB.UTF-8', LANG: 'zh_CN.UTF-8' }, undefined],
  ['LC_ALL before both', { LC_ALL: 'zh_CN', LC_MESSAGES: 'en_GB', LANG: 'C' }, 'zh-CN'],
  ['JOEY_LANG before all', { JOEY_LANG: 'zh', LC_ALL: 'C' }, 'zh-CN'],
  ['an empty one as if it were not set', { JOEY_LANG: '', LC_ALL: '', LANG: 'zh_CN' }, 'zh-CN'],
  ['a language that there is not', { LANG: 'tlh' }, undefined],
])('%s chooses the language', async (_what, env, tag) => {
  expect((await loadLanguage(env))?.tag).toBe(tag)
})
