import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test } from 'vitest'
import { speak, wordedText } from '../copy/i18n.ts'
import { formatDuration } from '../model/duration.ts'
import { formatCount, formatMoment } from '../model/locale.ts'
import { renderScreen } from '../testing/render.tsx'
import { WindowSection } from '../views/host/window-section.tsx'
import { followLanguage } from './follow-language.ts'
import { changeSettings } from './settings.ts'

// The page outlives the file.
afterEach(async () => {
  changeSettings({ language: 'system' })
  await speak('system')
})

test('the language is chosen in the window, and everything is said in it at once', async () => {
  await followLanguage()
  const user = userEvent.setup()
  renderScreen(<WindowSection />)
  const choice = screen.getByRole('combobox', { name: 'Language (语言)' })

  await user.selectOptions(choice, '简体中文')
  await screen.findByRole('heading', { name: '本窗口' })
  expect(document.documentElement.lang).toBe('zh-CN')
  expect(wordedText('It had no mounts.', { reason: 'machine-had-no-mounts' })).toBe('它当时没有挂载。')
  expect(formatDuration(200_000)).toBe('3 分钟 20 秒')
  expect(formatCount(1524)).toBe('1,524')
  expect(formatMoment('2026-01-31T12:00:00')).toBe('2026/1/31 12:00:00')

  await user.selectOptions(screen.getByRole('combobox', { name: '语言（Language）' }), 'English')
  await screen.findByRole('heading', { name: 'This window' })
  expect(document.documentElement.lang).toBe('en')
  expect(wordedText('It had no mounts.', { reason: 'machine-had-no-mounts' })).toBe('It had no mounts.')
  expect(formatDuration(200_000)).toBe('3m 20s')
})

test('of two choices that follow each other the last one holds', async () => {
  const first = speak('zh-CN')
  await speak('en')
  await first
  await waitFor(() => expect(document.documentElement.lang).toBe('en'))
})
