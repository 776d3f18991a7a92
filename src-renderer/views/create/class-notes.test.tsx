import { expect, test, vi } from 'vitest'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { startI18n } from '../../copy/i18n.ts'
import { classProfiles, makeAdvice } from '../../testing/isolation-samples.ts'
import { renderScreen } from '../../testing/render.tsx'
import { ClassNotes } from './class-notes.tsx'

test('advice, problems and limitations are in the language of the window', () => {
  const advice = makeAdvice({
    because: ['It fits.', 'As an agent says it that gives no wording.'],
    becauseWordings: [{ reason: 'advice-root' }],
    classes: [
      {
        class: 'gvisor',
        problems: [{ level: 'note', reason: 'signals', message: 'None.', wording: { reason: 'gvisor-signals' } }],
      },
    ],
  })
  const [gvisor] = classProfiles.filter((each) => each.class === 'gvisor')
  const limitations = [{ feature: 'grants' as const, reason: 'None.', wording: { reason: 'gvisor-grants' } }]
  const profile = gvisor && { ...gvisor, limitations }
  startI18n(pseudoLanguage)
  try {
    renderScreen(<ClassNotes profile={profile} advice={advice} origin="unsaid" onOrigin={vi.fn()} />)
  } finally {
    startI18n(null)
  }

  const { textContent } = document.body
  for (const reason of ['advice-root', 'gvisor-signals', 'gvisor-grants']) expect(textContent).toContain(`[${reason}: `)
  expect(textContent).toContain('As an agent says it that gives no wording.')
})
