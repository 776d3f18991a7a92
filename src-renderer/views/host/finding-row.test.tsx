import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { finding } from '#contract/finding'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { startI18n } from '../../copy/i18n.ts'
import { renderScreen } from '../../testing/render.tsx'
import { FindingRow } from './finding-row.tsx'

test('a finding is in the language of the window, the command against it as it is', () => {
  const found = finding({
    id: 'runtime',
    level: 'problem',
    title: sentence('runtime-lacking'),
    detail: sentence('runtime-lacking-detail'),
    remedy: commandRemedy('apt-get install -y crun', sentence('remedy-installs', { program: 'crun' })),
  })
  startI18n(pseudoLanguage)
  try {
    renderScreen(<FindingRow finding={found} />)
  } finally {
    startI18n(null)
  }

  const { textContent } = document.body
  for (const reason of ['runtime-lacking', 'runtime-lacking-detail', 'remedy-installs']) {
    expect(textContent).toContain(`[${reason}: `)
  }
  expect(screen.getByText('apt-get install -y crun')).toBeTruthy()
})
