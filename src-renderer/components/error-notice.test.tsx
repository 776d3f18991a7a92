import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { AppError, appError } from '#contract/app-error'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { startI18n } from '../copy/i18n.ts'
import { renderScreen } from '../testing/render.tsx'
import { ErrorNotice } from './error-notice.tsx'

test('an error offers its remedy as the one button', async () => {
  const remedy = { kind: 'startAgent' } as const
  const onRemedy = vi.fn()
  renderScreen(
    <ErrorNotice
      error={new AppError({ code: 'unavailable', reason: 'agent-gone', message: 'No agent.', remedy })}
      onRemedy={onRemedy}
    />,
  )

  await userEvent.click(screen.getByRole('button', { name: 'Start the agent' }))

  expect(screen.getByRole('alert').textContent).toContain('No agent.')
  expect(onRemedy).toHaveBeenCalledExactlyOnceWith(remedy)
})

test('without a remedy there is no button, and raw output stays folded', () => {
  renderScreen(
    <ErrorNotice
      error={new AppError({ code: 'engine', reason: 'x', message: 'It failed.', detail: 'raw output' })}
      onRemedy={vi.fn()}
    />,
  )

  expect(screen.queryByRole('button')).toBeNull()
  expect(screen.getByText('raw output').closest('details')?.open).toBe(false)
})

test('a reason with a sentence of its own is shown with that', () => {
  renderScreen(
    <ErrorNotice error={new AppError({ code: 'internal', reason: 'bad-answer', message: 'raw' })} onRemedy={vi.fn()} />,
  )

  expect(screen.getByRole('alert').textContent).toContain('do not understand each other')
})

test('a failure and its remedy are in the language of the window', () => {
  startI18n(pseudoLanguage)
  try {
    renderScreen(<ErrorNotice error={appError('class-not-available', { class: 'gvisor' })} onRemedy={vi.fn()} />)
  } finally {
    startI18n(null)
  }

  const { textContent } = screen.getByRole('alert')
  expect(textContent).toContain('[class-not-available: This machine does not offer the class "gvisor" now.')
  expect(textContent).toContain('[Shows what is missing for each class.]')
})
