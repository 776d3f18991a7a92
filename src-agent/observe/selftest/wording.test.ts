import { expect, test } from 'vitest'
import { say } from '#contract/language'
import type { IsolationClass } from '#contract/sandbox'
import { type ProbeResult, SelfTestReport, sentencesOfProbe } from '#contract/selftest'
import { probeHarmSentences } from '#contract/sentences/probe-harms'
import { probeTitleSentences } from '#contract/sentences/probe-titles'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { evaluate, type Subject } from './evaluate.ts'
import type { Observation } from './observation.ts'
import { hostChecks, probeRules } from './probes.ts'

const reasonFor = (prefix: string, id: string): string => `${prefix}-${id.replaceAll('.', '-')}`
const host = { boot: 'host-boot', kernel: '6.1', version: '#1 host' }

/** What comes of every probe when each of them saw the same. */
function evaluateAll(seen: Observation['seen'], isolationClass: IsolationClass): ProbeResult[] {
  const subject: Subject = {
    class: isolationClass,
    grants: [{ kind: 'cap', name: 'SYS_ADMIN' }],
    secrets: new Set(['secret']),
    host,
  }
  const observations = new Map(
    probeRules.map(({ id }) => {
      const found = id === 'privileges.capabilities' ? '00000000002405fb' : 'secret'
      return [id, { id, seen, errno: 0, found, detail: 'Seen.' }]
    }),
  )
  const beginning = { id: 'begin' as const, nonce: 'n', kernel: '5.0', version: '#2 guest', boot: 'guest-boot' }
  return evaluate({ beginning, observations, complete: true, foreign: 0 }, subject)
}

test('each probe has the title and the harm that the tables have for it, and the tables have no other', () => {
  const tried = [...probeRules.map(({ id }) => id), ...Object.keys(hostChecks)]
  expect(tried.map((id) => reasonFor('probe', id)).sort()).toEqual(Object.keys(probeTitleSentences).sort())
  const harms = probeRules.map(({ id }) => reasonFor('harm', id))
  expect(harms.sort()).toEqual(Object.keys(probeHarmSentences).sort())
  for (const { id, title, harm } of probeRules) {
    expect([title.reason, harm.reason]).toEqual([reasonFor('probe', id), reasonFor('harm', id)])
  }
  for (const [id, { titleWording }] of Object.entries(hostChecks)) {
    expect(titleWording?.reason).toBe(reasonFor('probe', id))
  }
})

const seen = ['blocked', 'succeeded', 'absent', 'unable', 'timeout', 'crashed'] as const
const situations = seen.flatMap((what) =>
  (['container', 'gvisor', 'microvm'] as const).map((isolationClass) => [what, isolationClass] as const),
)

test.each(situations)('where probes are %s in %s, their wording says what the text does', (what, isolationClass) => {
  const results = evaluateAll(what, isolationClass)
  expect(SelfTestReport.shape.results.parse(results)).toEqual(results)
  for (const result of results) {
    const { title, detail } = sentencesOfProbe(result)
    expect([say(title, null), say(detail, null)]).toEqual([result.title, result.detail])
    expect(say(title, pseudoLanguage)).toBe(`[${reasonFor('probe', result.id)}: ${result.title}]`)
    const reason = result.detailWording?.reason
    expect(say(detail, pseudoLanguage)).toContain(reason === undefined ? 'Seen.' : `[${reason}: `)
  }
})

test('a failure has what it means, what was seen and what was granted, each in the language', () => {
  const result = evaluateAll('succeeded', 'container').find(({ id }) => id === 'privileges.mount')
  const text = 'It can change what the sandbox sees, and reach disks.'
  expect(result?.detail).toBe(`${text} Seen. It was granted: cap:SYS_ADMIN.`)
  expect(result && say(sentencesOfProbe(result).detail, pseudoLanguage)).toBe(
    `[self-test-failed: [harm-privileges-mount: ${text}] Seen. It was granted: cap:SYS_ADMIN.]`,
  )
})

test('a report of an earlier version is said as it was recorded', () => {
  const old: ProbeResult = { id: 'a', group: 'files', title: 'Try it', outcome: 'pass', detail: 'Refused.' }
  const { title, detail } = sentencesOfProbe(old)
  expect([say(title, pseudoLanguage), say(detail, pseudoLanguage)]).toEqual(['Try it', 'Refused.'])
})
