import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import { sayFinding } from '#contract/finding'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { localFindings } from './local-findings.ts'

const place = { home: '/var/lib/joey', run: '/run/joey', socketPath: '/run/joey/joeyd.sock' }
const failure = appError('agent-not-running')

test('without the agent the failure comes first, with where it would answer', () => {
  const [first] = localFindings({ uid: 0, place }, failure)

  expect(first).toMatchObject({
    id: 'agent',
    title: failure.wire.message,
    detail: `Its socket would be ${place.socketPath}.`,
  })
})

test('an account that cannot start the agent gets the command for it', () => {
  const account = (uid: number) => localFindings({ uid, place }, failure).find(({ id }) => id === 'account')

  expect(account(0)).toMatchObject({ level: 'ok', remedy: null })
  expect(account(1000)).toMatchObject({ level: 'warning', remedy: { command: 'sudo ./joey agent start' } })
})

test('each of them is said in the language of the person', () => {
  const titles = localFindings({ uid: 1000, place }, failure).map((each) => sayFinding(each, pseudoLanguage).title)

  for (const title of titles) expect(title).toMatch(/^\[[a-z-]+: /)
})
