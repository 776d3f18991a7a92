import { expect, test } from 'vitest'
import { clampFontSize, readSettings, resolveTheme } from './settings.ts'

test.each([
  ['nothing stored', null],
  ['not JSON', '{'],
  ['another shape', '[1]'],
  [
    'values of another kind',
    '{"theme":"pink","language":"tlh","terminalFontSize":"big","screenReader":1,"terminalFont":"x; color: red","copyOnSelect":1}',
  ],
  ['null', 'null'],
])('%s gives the defaults', (_what, stored) => {
  expect(readSettings(stored)).toEqual({
    theme: 'system',
    language: 'system',
    terminalFontSize: 13,
    screenReader: false,
    terminalFont: '',
    copyOnSelect: false,
  })
})

test('what was stored is read back', () => {
  const settings = {
    ...{ theme: 'light', language: 'zh-CN', terminalFontSize: 16, screenReader: true },
    ...{ terminalFont: 'JetBrains Mono', copyOnSelect: true },
  }
  expect(readSettings(JSON.stringify(settings))).toEqual(settings)
})

test('the font size stays readable', () => {
  expect([clampFontSize(2), clampFontSize(90), clampFontSize(Number.NaN)]).toEqual([8, 28, 13])
})

test.each([
  ['system', true, 'dark'],
  ['system', false, 'light'],
  ['light', true, 'light'],
  ['dark', false, 'dark'],
] as const)('choice %s with a dark system %s gives %s', (choice, systemIsDark, theme) => {
  expect(resolveTheme(choice, systemIsDark)).toBe(theme)
})
