import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import { renderScreen } from '../../testing/render.tsx'
import { makeImage } from '../../testing/samples.ts'
import { FieldFacts } from './field-facts.tsx'

const textOf = (name: string): string | null | undefined => screen.getByText(name).nextElementSibling?.textContent

test('what the image says is said, and that it is the image that says it', () => {
  const image = { ...makeImage().config, cwd: '/srv', user: '', stopSignal: 'SIGINT' }
  const spec = SandboxSpec.parse({ image: 'busybox', user: '1000' })
  renderScreen(
    <dl>
      <FieldFacts card="process" spec={spec} image={image} />
    </dl>,
  )
  expect(textOf('Working folder')).toBe('/srv (from the image)')
  expect(textOf('User')).toBe('1000')
  expect(textOf('Signal to stop')).toBe('SIGINT (from the image)')
})

test('an image that is not here any more leaves it at that', () => {
  renderScreen(
    <dl>
      <FieldFacts card="process" spec={SandboxSpec.parse({ image: 'busybox' })} />
    </dl>,
  )
  expect(textOf('Working folder')).toBe('as the image says')
})
