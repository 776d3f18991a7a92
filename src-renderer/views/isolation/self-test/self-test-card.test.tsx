import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { startI18n } from '../../../copy/i18n.ts'
import { selfTestStore } from '../../../store/self-test-store.ts'
import { makeFakeJoey } from '../../../testing/fake-joey.ts'
import { makeReport } from '../../../testing/isolation-samples.ts'
import { renderScreen } from '../../../testing/render.tsx'
import { makeSandbox } from '../../../testing/samples.ts'
import { SelfTestCard } from './self-test-card.tsx'

afterEach(() => {
  cleanup()
  selfTestStore.setState({ tests: new Map() })
})

test('what was tried and found is said in the language of the window, and as it came where it has no wording', async () => {
  const wordings = { titleWording: { reason: 'probe-kernel-bpf' }, detailWording: { reason: 'self-test-timeout' } }
  const [first, ...others] = makeReport().results
  const results = first ? [{ ...first, ...wordings }, ...others] : []
  Object.assign(window, { joey: makeFakeJoey({ calls: { 'selftest.read': () => makeReport({ results }) } }) })
  startI18n(pseudoLanguage)
  try {
    renderScreen(<SelfTestCard sandbox={makeSandbox()} />)

    expect(await screen.findByText(/\[probe-kernel-bpf: Load programs into the kernel \(bpf\)\]/)).toBeTruthy()
  } finally {
    startI18n(null)
  }
  expect(screen.getByText('[self-test-timeout: It did not come to an end in time.]')).toBeTruthy()
  expect(screen.getByText('It worked. SYS_ADMIN is granted.')).toBeTruthy()
})

test('says how much of the result root of the sandbox could forge, and of the badge that it could be', async () => {
  const [first, ...others] = makeReport().results
  const results = first ? [{ ...first, seenFrom: 'host' as const }, ...others] : []
  Object.assign(window, { joey: makeFakeJoey({ calls: { 'selftest.read': () => makeReport({ results }) } }) })
  renderScreen(<SelfTestCard sandbox={makeSandbox()} />)
  expect(await screen.findByText(/2 of 3 were seen from inside: root of the sandbox could forge these\./)).toBeTruthy()
  expect(screen.getByRole('link', { name: /Root inside could forge/ })).toBeTruthy()
})
