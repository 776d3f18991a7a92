import { describe, expect, test } from 'vitest'
import type { Finding } from '#contract/agent'
import type { ClassPlan, ClassProfile } from '#contract/classes'
import type { SelfTestReport } from '#contract/selftest'
import { layOut, type Paragraph } from '../../output/paragraphs.ts'
import { faultOfXml } from '../../testing/well-formed.ts'
import { describeWall } from './class-ls.ts'
import { describePlan } from './class-set.ts'
import { describeOffer } from '../agent/doctor.ts'
import { describeReport } from './selftest.ts'

const print = (all: readonly Paragraph[]): string =>
  all.flatMap((each) => layOut(each, Number.POSITIVE_INFINITY)).join('\n')

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

  test('begins with what stands in the way, and tells each reason once', () => {
    expect(print(describePlan(plan)).split('\n')).toEqual([
      'container -> gvisor (about 812 ms)',
      '',
      'Stands in the way:',
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

  test('to the same class is no plan', () => {
    const problems: ClassPlan['problems'] = [{ level: 'note', reason: 'same', message: 'Nothing would change.' }]
    expect(print(describePlan({ ...plan, to: 'container', problems }))).toBe('Nothing would change.')
  })
})

describe('a wall', () => {
  const profile: ClassProfile = {
    class: 'microvm',
    available: true,
    engine: 'qemu',
    explanation: 'A kernel of its own.',
    emulated: 'It is emulated.',
    estimate: { startMs: null, memoryOverheadBytes: null, systemCallFactor: null, measuredHere: false },
    limitations: [{ feature: 'hardwareSpeed', reason: 'It is emulated.' }],
  }

  test('tells what two features lack for one reason once', () => {
    expect(print(describeWall(profile))).toBe('\nmicrovm: A kernel of its own.\n  - It is emulated.')
  })

  test('without limits is told too', () => {
    expect(print(describeWall({ ...profile, emulated: null, limitations: [] }))).toBe('\nmicrovm: A kernel of its own.')
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
    expect(print(describeReport('web', report, { all: false, now })).split('\n')).toEqual([
      'FAIL  Try two [two]',
      '      Saw \\e[2Jtwo.',
      'Checked 2 minutes ago in gvisor (runsc): 1 of 2 passed, 1 not applicable.',
      'two passed the time before.',
    ])
  })

  test('shows everything when asked to', () => {
    expect(print(describeReport('web', report, { all: true, now }))).toContain('n/a   Try three [three]')
  })

  test('that is not there says how to have one', () => {
    expect(print(describeReport('web', null, { all: false, now }))).toContain('"joey selftest web" does it.')
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
