import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { startI18n } from '../copy/i18n.ts'
import { renderScreen } from '../testing/render.tsx'
import { StateLabel } from './state-label.tsx'

test('how a run ended is said in the language of the window', () => {
  const exit = { code: null, reason: 'monitor-lost', message: 'As the agent says it.', at: '' } as const
  startI18n(pseudoLanguage)
  try {
    renderScreen(
      <StateLabel
        sandbox={{
          state: 'stopped',
          restartsAt: null,
          health: null,
          pausedFor: null,
          exit: { ...exit, sentence: { reason: 'exit-monitor-lost' } },
        }}
      />,
    )
  } finally {
    startI18n(null)
  }

  expect(screen.getByTitle(/^\[exit-monitor-lost: Its monitor was killed/)).toBeTruthy()
})

test('one that its policy starts again says so beside how it ended', () => {
  const exit = { code: 3, reason: 'exited', message: '', at: '' } as const
  renderScreen(
    <StateLabel
      sandbox={{ state: 'stopped', restartsAt: '2026-01-01T00:00:00.000Z', health: null, pausedFor: null, exit }}
    />,
  )
  expect(screen.getByText('exit 3')).toBeDefined()
  expect(screen.getByText('starts again')).toBeDefined()
})

test('one whose checks fail says so beside that it runs', () => {
  renderScreen(
    <StateLabel sandbox={{ state: 'running', restartsAt: null, health: 'unhealthy', pausedFor: null, exit: null }} />,
  )
  expect(screen.getByText('Running')).toBeDefined()
  expect(screen.getByText('unhealthy')).toBeDefined()
})

test('one that was paused because it fills the disk says so', () => {
  const pausedFor = { reason: 'disk-room', bytes: 2 ** 30, at: '2026-01-01T00:00:00.000Z' } as const
  renderScreen(<StateLabel sandbox={{ state: 'paused', restartsAt: null, health: null, pausedFor, exit: null }} />)
  expect(screen.getByText('the disk of this machine is nearly full')).toBeDefined()
})
