import { expect, test } from 'vitest'
import { sayTexts } from '#contract/language'
import { type IsolationClass, SandboxSpec } from '#contract/sandbox'
import { type AdviceRequest, adviseOn } from './advisor.ts'
import { originOf } from './class-handlers.ts'
import { type ClassFacts, findProblems } from './problems.ts'

const facts = (name: IsolationClass, more: Partial<ClassFacts> = {}): ClassFacts => ({
  class: name,
  available: true,
  explanation: 'Works.',
  emulated: null,
  limitations: [],
  ...more,
})
const all = [facts('container'), facts('gvisor'), facts('microvm')]
const withoutGvisor = [
  facts('container'),
  facts('gvisor', { available: false, explanation: 'Not installed.' }),
  facts('microvm'),
]
const containerOnly = all.map((each) =>
  each.class === 'container' ? each : { ...each, available: false, explanation: 'Missing.' },
)

type Wish = Partial<Omit<AdviceRequest, 'spec'>> & { spec?: Record<string, unknown> }

function request({ spec = {}, ...more }: Wish): AdviceRequest {
  const image = { user: '1000', entrypoint: [], command: ['app'] }
  return { spec: SandboxSpec.parse({ image: 'team/app:1', ...spec }), origin: 'imported', image, classes: all, ...more }
}

const moduleGrant = { grants: [{ kind: 'cap', name: 'SYS_MODULE' }] }
const adminGrant = { grants: [{ kind: 'cap', name: 'SYS_ADMIN' }] }
const deviceGrant = { grants: [{ kind: 'device', path: '/dev/kvm' }] }

test.each<[string, Wish, IsolationClass, RegExp]>([
  ['the built-in image needs no isolation', { origin: 'builtIn' }, 'container', /built into Joey/],
  ['an imported image is taken for the own', {}, 'container', /imported the image yourself/],
  ['an image from a registry is not', { origin: 'registry' }, 'gvisor', /not from you/],
  [
    'root in it is reported',
    { origin: 'registry', image: { user: '', entrypoint: [], command: [] } },
    'gvisor',
    /runs as root/,
  ],
  [
    'a user of the wish outweighs the one of the image',
    { origin: 'registry', image: { user: 'root', entrypoint: [], command: [] }, spec: { user: '1000' } },
    'gvisor',
    /^(?!.*runs as root)/,
  ],
  [
    'trust of the person outweighs the origin',
    { origin: 'registry', trusted: true },
    'container',
    /You trust this code/,
  ],
  ['mistrust of the person too', { origin: 'builtIn', trusted: false }, 'gvisor', /do not trust/],
  ['kernel modules want their own kernel', { spec: moduleGrant }, 'microvm', /kernel modules/],
  [
    'power over the kernel as well, trusted or not',
    { trusted: true, spec: adminGrant },
    'microvm',
    /granted SYS_ADMIN/,
  ],
  ['a device is passed by a container only', { trusted: false, spec: deviceGrant }, 'container', /next weaker one/],
  [
    'without gVisor the next stronger class is taken',
    { origin: 'registry', classes: withoutGvisor },
    'microvm',
    /next stronger one/,
  ],
  [
    'where nothing else is offered, that is said',
    { trusted: false, classes: containerOnly },
    'container',
    /next weaker one/,
  ],
  [
    'too little memory for a machine leads to gVisor',
    { spec: { ...moduleGrant, limits: { memoryBytes: 32 * 2 ** 20 } } },
    'gvisor',
    /next weaker one/,
  ],
  [
    'writable folders are open in every class',
    { spec: { mounts: [{ source: '/srv', target: '/data' }] } },
    'container',
    /read-only/,
  ],
  [
    'mounts behind gVisor are slow',
    { trusted: false, spec: { mounts: [{ source: '/srv', target: '/data' }] } },
    'gvisor',
    /slower/,
  ],
  [
    "the machine's own network has no isolation",
    { spec: { grants: [{ kind: 'host-network' }] } },
    'container',
    /listens on this machine/,
  ],
])('%s', (_rule, wish, recommended, because) => {
  const advice = adviseOn(request(wish))
  expect(advice.recommended).toBe(recommended)
  expect(advice.because.join(' ')).toMatch(because)
  expect(advice.classes.map((each) => each.class)).toEqual(['container', 'gvisor', 'microvm'])
})

test('every sentence has its wording beside it, in the same order', () => {
  const classes = [facts('container'), facts('gvisor'), facts('microvm', { emulated: 'Emulated here.' })]
  const spec = { ...adminGrant, mounts: [{ source: '/srv', target: '/data' }] }
  const { because, becauseWordings = [] } = adviseOn(request({ spec, classes }))

  expect(becauseWordings.map(({ reason }) => reason)).toStrictEqual([
    'advice-capabilities',
    'advice-writable-folders',
    'advice-small-files',
    'emulated',
  ])
  expect(sayTexts(because.fill('', 0, 3), becauseWordings, null)).toStrictEqual([
    'It is granted SYS_ADMIN: in a micro-VM that is power over its own kernel only.',
    expect.stringMatching(/^Folders of this machine/),
    expect.stringMatching(/^Many small files/),
    'Emulated here.',
  ])
})

test.each([
  ['stronger', { classes: withoutGvisor, trusted: false }, 'microvm'],
  ['weaker', { classes: containerOnly, trusted: false }, 'container'],
])('the next %s class is named where the one that fits is not to be had', (strength, wish, recommended) => {
  expect(adviseOn(request(wish)).because).toContain(
    `The class "gvisor" would fit, but does not work for this wish here. "${recommended}" is the next ${strength} one that does.`,
  )
})

test('a problem from a limitation keeps its name and has the wording of the class', () => {
  const wording = { reason: 'gvisor-bind-mounts' }
  const limited = facts('gvisor', { limitations: [{ feature: 'bindMounts', reason: 'Mounts are slow.', wording }] })

  expect(findProblems(limited, SandboxSpec.parse({ image: 'a' }))).toStrictEqual([
    { level: 'note', reason: 'bind-mounts', message: 'Mounts are slow.', wording },
  ])
})

test('what blocks comes first, and a limitation weighs by the wish', () => {
  const machine = facts('microvm', {
    emulated: 'Emulated here.',
    limitations: [
      { feature: 'terminals', reason: 'No terminals.' },
      { feature: 'bindMounts', reason: 'Mounts are slow.' },
    ],
  })
  const spec = SandboxSpec.parse({ image: 'a', tty: true, limits: { memoryBytes: 2 ** 23 } })
  expect(findProblems(machine, spec).map(({ level, reason }) => [level, reason])).toEqual([
    ['blocks', 'memory-too-small'],
    ['loses', 'terminals'],
    ['note', 'emulated'],
    ['note', 'bind-mounts'],
  ])
})

test('that a watcher is not told of changes matters to who mounts a folder of which nobody can be told', () => {
  const limited = facts('gvisor', { limitations: [{ feature: 'watching', reason: 'Watchers hear nothing.' }] })
  const mount = { kind: 'bind', source: '/srv', target: '/src' }
  const levels = (wish: object) =>
    findProblems(limited, SandboxSpec.parse({ image: 'a', ...wish })).map((each) => each.level)

  expect(levels({ mounts: [{ ...mount, readOnly: true }] })).toEqual(['loses'])
  expect(levels({ mounts: [{ ...mount, watch: false }] })).toEqual(['note'])
  expect(levels({ mounts: [mount] })).toEqual(['note'])
  expect(levels({})).toEqual(['note'])
})

test.each([
  ['busybox:latest', true, 'builtIn'],
  ['team/web:1', false, 'imported'],
  ['web:1.2', false, 'imported'],
  ['registry.example/web', false, 'registry'],
  ['localhost:5000/web', false, 'registry'],
] as const)('an image named %s, built in: %s, is %s', (name, builtIn, origin) => {
  expect(originOf({ builtIn, names: [name] }, name)).toBe(origin)
})
