import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { appError } from '#contract/app-error'
import { renderScreen } from '../testing/render.tsx'
import { ErrorNotice } from './error-notice.tsx'

afterEach(cleanup)

test('an error offers its remedy as the one button', async () => {
  const remedy = { kind: 'startAgent' } as const
  const onRemedy = vi.fn()
  renderScreen(
    <ErrorNotice error={appError('unavailable', 'agent-gone', 'No agent.', { remedy })} onRemedy={onRemedy} />,
  )

  await userEvent.click(screen.getByRole('button', { name: 'Start the agent' }))

  expect(screen.getByRole('alert').textContent).toContain('No agent.')
  expect(onRemedy).toHaveBeenCalledExactlyOnceWith(remedy)
})

test('without a remedy there is no button, and raw output stays folded', () => {
  renderScreen(
    <ErrorNotice error={appError('engine', 'x', 'It failed.', { detail: 'raw output' })} onRemedy={vi.fn()} />,
  )

  expect(screen.queryByRole('button')).toBeNull()
  expect(screen.getByText('raw output').closest('details')?.open).toBe(false)
})

test('a reason with a sentence of its own is told with that', () => {
  renderScreen(<ErrorNotice error={appError('internal', 'bad-answer', 'raw')} onRemedy={vi.fn()} />)

  expect(screen.getByRole('alert').textContent).toContain('do not understand each other')
})
