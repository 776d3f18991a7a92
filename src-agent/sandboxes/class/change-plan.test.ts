import { expect, test } from 'vitest'
import { sayText, sayTexts } from '#contract/language'
import type { Sandbox } from '#contract/sandbox'
import { planChange } from './change-plan.ts'

const to = { class: 'microvm', available: true, explanation: 'It works.', emulated: null, limitations: [] } as const
const conversion = { bytes: 3 * 2 ** 20, entries: 4, freeBytes: 2 ** 40 }

function plan(state: Sandbox['state'], from: Sandbox['class'] = 'container') {
  const spec = { stopGraceMs: 4500, limits: { memoryBytes: null }, grants: [], mounts: [] }
  const sandbox = { name: 'box', class: from, state, spec } as unknown as Sandbox
  return planChange({ sandbox, to, conversion, conversionMs: 20, startMs: 300 })
}

test('the plan of one that is paused says what is done, lost and kept', () => {
  const { steps, lost, kept } = plan('paused')

  expect(steps.map(({ what }) => what)).toStrictEqual([
    'Stop it, within 5 s at most',
    'Convert its disk (3 MiB)',
    'Start it in the class "microvm", and see whether it holds',
  ])
  expect(lost).toStrictEqual([
    'Memory: every process in it ends and the main one starts anew',
    'Connections, terminals and commands that are open now',
    'The pause: it runs afterwards',
  ])
  expect(kept).toStrictEqual([
    'Its disk: every file with owner, mode, links and attributes',
    'Name, labels and logs',
    'Ports, network and mounts',
    'Limits, grants and settings',
  ])
})

test('each text of a plan has the wording that makes it', () => {
  const { steps, lost, lostWordings, kept, keptWordings } = plan('paused')
  const blanks = (texts: readonly string[]) => texts.map(() => '')

  expect(steps.map(({ wording }) => sayText('', wording, null))).toStrictEqual(steps.map(({ what }) => what))
  expect(sayTexts(blanks(lost), lostWordings, null)).toStrictEqual(lost)
  expect(sayTexts(blanks(kept), keptWordings, null)).toStrictEqual(kept)
})

test('one that leaves gVisor is warned of what was in memory alone', () => {
  expect(plan('running', 'gvisor').lost).toContain(
    'Named pipes that its programs made: gVisor has them in memory alone',
  )
})

test('one that is at rest loses nothing', () => {
  expect(plan('stopped')).toMatchObject({ restarts: false, lost: [], lostWordings: [] })
})
