import { describe, expect, test } from 'vitest'
import type { Finding } from '#contract/agent'
import type { ClassPlan, ClassProfile } from '#contract/classes'
import type { BlastRadius, IsolationView } from '#contract/isolation'
import type { SelfTestReport } from '#contract/selftest'
import { sentence } from '#contract/sentence'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import { layOut, type Paragraph } from '../../output/paragraphs.ts'
import { recordOutput } from '../../testing/record-output.ts'
import { faultOfXml } from '../../testing/well-formed.ts'
import { describeOffer } from '../agent/doctor.ts'
import { describeClass } from './class-ls.ts'
import { describePlan } from './class-set.ts'
import { isolation } from './isolation.ts'
import { describeReport } from './selftest.ts'

const print = (all: readonly Paragraph[]): string =>
  all.flatMap((each) => layOut(each, Number.POSITIVE_INFINITY)).join('\n')

describe('joey isolation', () => {
  const none = { points: 100, of: 100, sentence: 'No sandbox runs.', wording: { reason: 'score-nothing-runs' } }
  const at = '2026-01-01T00:00:00.000Z'
  const score = { value: 100, parts: [none] }
  const node = { id: 'agent', kind: 'agent' as const, class: null, sandbox: null, details: [] }
  const view: IsolationView = {
    ...{ at, score, pressures: [], interference: [], edges: [] },
    nodes: [{ ...node, label: 'Joey\u2019s agent', labelWording: { reason: 'node-agent' } }],
    sandboxes: [
      {
        ...{ id: 'aaaa0000bbbb', name: 'a', class: 'container', state: 'running', observedAt: at, score },
        facts: [
          {
            ...{ topic: 'lsm', name: 'Security label', value: 'none', source: 'record', weaker: false },
            ...{ nameWording: { reason: 'fact-label' }, valueWording: { reason: 'value-none' } },
            sourceWording: { reason: 'source-record' },
          },
        ],
      },
    ],
  }
  const blast: BlastRadius = {
    ...{ from: 'agent', reached: [{ node: 'agent', path: [], strength: 'total' }] },
    cut: {
      ...{ cut: { kind: 'setClass', ref: 'a', class: 'gvisor' }, sentence: 'Run it in gVisor.', removes: [] },
      wording: { reason: 'cut-to-class', params: { name: 'a', class: 'gvisor' } },
    },
  }
  const read = async (flags: Partial<Parameters<typeof isolation.run>[0]['flags']>): Promise<string> => {
    const stdout = recordOutput()
    const client = {
      inspectSandbox: async () => ({ id: 'aaaa0000bbbb' }),
      readIsolation: async () => view,
      readBlastRadius: async () => blast,
    }
    const given = { operands: ['a'], flags: { svg: false, blast: false, sources: true, json: false, ...flags } }
    await isolation.run(given as never, { client, stdout, env: {}, language: pseudoLanguage } as never)
    return stdout.text()
  }

  test('is in the language of the person, as text and as a picture, and in JSON as it came', async () => {
    const text = await read({})
    for (const said of ['[fact-label: Security label]', '[value-none: none]', '[source-record: record]'])
      expect(text).toContain(said)
    expect(text).toContain('[score-nothing-runs: ')
    expect(await read({ blast: true })).toContain('[cut-to-class: Run a in the class gvisor]')
    expect(await read({ svg: true })).toContain('[node-agent: ')
    expect(JSON.parse(await read({ json: true }))).toEqual(view)
  })
})

describe('the plan of a change of class', () => {
  const plan: ClassPlan = {
    from: 'container',
    to: 'gvisor',
    restarts: true,
    lost: ['Memory'],
    kept: ['Its disk'],
    steps: [
      { what: 'Stop it', estimateMs: null },
      { what: 'Start it', estimateMs: 1530 },
    ],
    estimateMs: 812.4,
    problems: [
      { level: 'note', reason: 'a', message: 'It is slower.' },
      { level: 'note', reason: 'b', message: 'It is slower.' },
      { level: 'blocks', reason: 'c', message: 'It has a device.' },
    ],
  }

  test('begins with what prevents it, and has each reason once', () => {
    expect(print(describePlan(plan, null)).split('\n')).toEqual([
      'container -> gvisor (about 812 ms)',
      '',
      'What prevents it:',
      '  - It has a device.',
      '',
      'Good to know:',
      '  - It is slower.',
      '',
      'Steps:',
      '  - Stop it',
      '  - Start it (about 1.5 s)',
      '',
      'Lost:',
      '  - Memory',
      '',
      'Kept:',
      '  - Its disk',
    ])
  })

  test('says in the language of the person what stands against it', () => {
    const problems = [{ level: 'blocks' as const, ...sentence('memory-too-small') }]
    expect(print(describePlan({ ...plan, problems }, pseudoLanguage))).toContain('[memory-too-small: ')
  })

  test('is in the language of the person where the agent says how it is worded', () => {
    const worded: ClassPlan = {
      ...plan,
      lostWordings: [{ reason: 'lost-memory' }],
      keptWordings: [{ reason: 'kept-disk' }],
      steps: [{ what: 'Stop it', wording: { reason: 'step-stop', params: { seconds: 3 } }, estimateMs: null }],
      problems: [
        { level: 'note', reason: 'signals', message: 'No signals.', wording: { reason: 'gvisor-signals' } },
        { level: 'blocks', reason: 'memory-too-small', message: 'Too small.' },
      ],
    }
    const printed = print(describePlan(worded, pseudoLanguage))
    for (const reason of ['lost-memory', 'kept-disk', 'step-stop', 'gvisor-signals', 'memory-too-small'])
      expect(printed).toContain(`[${reason}: `)
  })

  test('to the same class is no plan', () => {
    const problems: ClassPlan['problems'] = [{ level: 'note', reason: 'same', message: 'Nothing would change.' }]
    expect(print(describePlan({ ...plan, to: 'container', problems }, null))).toBe('Nothing would change.')
  })
})

describe('a class', () => {
  const profile: ClassProfile = {
    class: 'microvm',
    available: true,
    engine: 'qemu',
    explanation: 'A kernel of its own.',
    emulated: 'It is emulated.',
    estimate: { startMs: null, memoryOverheadBytes: null, systemCallFactor: null, measuredHere: false },
    limitations: [{ feature: 'hardwareSpeed', reason: 'It is emulated.' }],
  }

  test('has what two features lack for one reason once', () => {
    expect(print(describeClass(profile))).toBe('\nmicrovm: A kernel of its own.\n  - It is emulated.')
  })

  test('is described in the language of the person', () => {
    const limitations: ClassProfile['limitations'] = [
      { feature: 'signals', reason: 'No signals.', wording: { reason: 'gvisor-signals' } },
    ]
    const explanationWording = { reason: 'class-without-engine' }
    const printed = print(describeClass({ ...profile, explanationWording, limitations }, pseudoLanguage))
    expect(printed).toContain('microvm: [class-without-engine: ')
    expect(printed).toContain('  - [gvisor-signals: ')
  })

  test('without limits is described too', () => {
    expect(print(describeClass({ ...profile, emulated: null, limitations: [] }))).toBe(
      '\nmicrovm: A kernel of its own.',
    )
  })
})

describe('what a host offers', () => {
  const why = 'Install it'
  const finding: Finding = {
    id: 'runtime-runsc',
    level: 'warning',
    title: 'gVisor is not installed',
    detail: 'It needs its program runsc.',
    remedy: { kind: 'runCommand', command: 'sudo apt-get install runsc', why },
  }

  test('says what to do to have a class that is not there', () => {
    const offer = {
      class: 'gvisor',
      available: false,
      explanation: 'gVisor is not installed.',
      emulated: null,
    } as const
    expect(print(describeOffer(offer, [finding]))).toBe(
      [
        '  gvisor     not offered: gVisor is not installed.',
        '             It needs its program runsc.',
        '             Install it: sudo apt-get install runsc',
      ].join('\n'),
    )
  })

  test('is said in the language of the person', () => {
    const explanationWording = { reason: 'gvisor-not-installed' }
    const offer = { class: 'gvisor', available: false, explanation: 'It is not there.', explanationWording } as const
    expect(print(describeOffer(offer, [], pseudoLanguage))).toContain('not offered: [gvisor-not-installed: ')
  })

  test('does not mix classes', () => {
    const offer = { class: 'container', available: true, explanation: 'crun works.', emulated: null } as const
    expect(print(describeOffer(offer, [finding]))).toBe('  container  offered: crun works.')
  })
})

describe('the report of a self-test', () => {
  const now = new Date('2026-01-01T00:02:00.000Z')
  const result = (id: string, outcome: 'pass' | 'fail' | 'notApplicable') =>
    ({ id, group: 'files', title: `Try ${id}`, outcome, detail: `Saw \x1b[2J${id}.` }) as const
  const report: SelfTestReport = {
    id: 'aaaa0000bbbb',
    class: 'gvisor',
    engine: 'runsc',
    at: '2026-01-01T00:00:00.000Z',
    tookMs: 5,
    results: [result('one', 'pass'), result('two', 'fail'), result('three', 'notApplicable')],
    drift: ['two'],
  }

  test('shows what failed and the sum, with what a guest wrote made safe', () => {
    expect(print(describeReport('web', report, { all: false, now, language: null })).split('\n')).toEqual([
      'FAIL  Try two [two]',
      '      Saw \\e[2Jtwo.',
      'Checked 2 minutes ago in gvisor (runsc): 1 of 2 passed, 1 not applicable. 2 of 2 were seen from inside: root of the sandbox could forge these.',
      'two passed the time before.',
    ])
  })

  test('says of nothing that was seen from this machine that it could be forged', () => {
    const seen = { ...report, results: report.results.map((each) => ({ ...each, seenFrom: 'host' as const })) }
    expect(print(describeReport('web', seen, { all: false, now, language: null }))).not.toContain('forge')
  })

  test('shows everything when asked to', () => {
    expect(print(describeReport('web', report, { all: true, now, language: null }))).toContain(
      'n/a   Try three [three]',
    )
  })

  test('is in the language of the person where the agent says how it is worded', () => {
    const wordings = { titleWording: { reason: 'probe-files-by-path' }, detailWording: { reason: 'self-test-no-link' } }
    const worded = { ...report, results: [{ ...result('two', 'fail'), ...wordings }] }
    const lines = print(describeReport('web', worded, { all: false, now, language: pseudoLanguage }))
    expect(lines).toContain('FAIL  [probe-files-by-path: Read a file of this machine by its path] [two]')
    expect(lines).toContain('      [self-test-no-link: No link could be laid in its /tmp.]')
  })

  test('that is not there says how to have one', () => {
    expect(print(describeReport('web', null, { all: false, now, language: null }))).toContain(
      '"joey selftest web" does it.',
    )
  })
})

describe('the check for well-formed pictures', () => {
  test.each(['<svg><g/></svg>', '<svg a="b &amp; c"><t>x</t></svg>\n'])('accepts %s', (text) => {
    expect(faultOfXml(text)).toBeNull()
  })

  test.each(['<svg>', '<svg></svg><svg/>', '<a><b></a></b>', '<a>x & y</a>', '<a b="<"/>', 'x', '<a b=c/>'])(
    'refuses %s',
    (text) => expect(faultOfXml(text)).not.toBeNull(),
  )
})
