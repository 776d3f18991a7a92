import type { ClassAdvice, ClassPlan, ClassProfile } from '#contract/classes'
import type {
  BlastRadius,
  IsolationEdge,
  IsolationFact,
  IsolationNode,
  IsolationView,
  SandboxIsolation,
} from '#contract/isolation'
import type { ProbeResult, SelfTestReport } from '#contract/selftest'

const at = '2026-01-01T00:00:00.000Z'
const web = '0123456789ab'
const database = '0123456789ac'

export const classProfiles: readonly ClassProfile[] = [
  {
    ...{ class: 'container', available: true, engine: 'crun 1.8.1', explanation: 'crun 1.8.1 works.', emulated: null },
    estimate: { startMs: 43, memoryOverheadBytes: 600_000, systemCallFactor: 1, measuredHere: true },
    limitations: [],
  },
  {
    ...{ class: 'gvisor', available: true, engine: 'runsc 20221219', explanation: 'runsc works.', emulated: null },
    estimate: { startMs: 291, memoryOverheadBytes: 42_000_000, systemCallFactor: 9.4, measuredHere: true },
    limitations: [{ feature: 'nestedMounts', reason: 'The application kernel mounts only file systems of its own.' }],
  },
  {
    ...{ class: 'microvm', available: true, engine: 'QEMU 7.2', explanation: 'QEMU works.' },
    emulated: 'This machine offers no hardware virtualisation, so each instruction is translated.',
    estimate: { startMs: 651, memoryOverheadBytes: null, systemCallFactor: null, measuredHere: false },
    limitations: [
      { feature: 'hardwareSpeed', reason: 'Without hardware help programs run several times slower.' },
      { feature: 'liveMemoryLimit', reason: 'The size of the machine is fixed while it runs.' },
    ],
  },
]

/** Those of a host without gVisor. */
export const profilesWithoutGvisor: readonly ClassProfile[] = classProfiles.map((profile) =>
  profile.class === 'gvisor'
    ? { ...profile, available: false, engine: null, explanation: 'runsc was not found. Install the package runsc.' }
    : profile,
)

export function makeAdvice(changes: Partial<ClassAdvice> = {}): ClassAdvice {
  return {
    recommended: 'gvisor',
    because: ['The code is from somebody else: gVisor keeps it off the kernel of this machine.'],
    classes: [
      { class: 'container', problems: [] },
      {
        class: 'gvisor',
        problems: [{ level: 'loses', reason: 'slow-files', message: 'Work on many small files is slower.' }],
      },
      {
        class: 'microvm',
        problems: [{ level: 'blocks', reason: 'host-network', message: 'A machine of its own has no host network.' }],
      },
    ],
    ...changes,
  }
}

export function makePlan(changes: Partial<ClassPlan> = {}): ClassPlan {
  return {
    ...{ from: 'container', to: 'gvisor', restarts: true, estimateMs: 1400 },
    lost: ['What its processes hold in memory.', 'Connections that are open.'],
    kept: ['Its disk, name and ports.', 'Its network and limits.'],
    steps: [
      { what: 'Stop it', estimateMs: 300 },
      { what: 'Start it with runsc', estimateMs: 1100 },
    ],
    problems: [],
    ...changes,
  }
}

const probe = (group: ProbeResult['group'], id: string, title: string): ProbeResult => ({
  ...{ id: `${group}.${id}`, group, title, outcome: 'pass', detail: 'Refused: operation not permitted.' },
})

export function makeReport(changes: Partial<SelfTestReport> = {}): SelfTestReport {
  return {
    ...{ id: web, class: 'container', engine: 'crun', at, tookMs: 640, drift: ['privileges.mount'] },
    results: [
      probe('files', 'host-root', 'Read files of this machine through another process'),
      probe('kernel', 'kcore', 'Read the memory of the kernel'),
      {
        ...probe('privileges', 'mount', 'Mount a file system'),
        outcome: 'fail',
        detail: 'It worked. SYS_ADMIN is granted.',
      },
      { ...probe('devices', 'disk', 'Open a disk'), outcome: 'notApplicable', detail: 'There is none here.' },
    ],
    ...changes,
  }
}

const node = (
  id: string,
  kind: IsolationNode['kind'],
  label: string,
  more: Partial<IsolationNode> = {},
): IsolationNode => ({
  ...{ id, kind, label, class: null, sandbox: null, details: [] },
  ...more,
})

const edge = (from: string, to: string, more: Partial<IsolationEdge>): IsolationEdge => ({
  ...{ id: `${from}>${more.what ?? 'kernel'}>${to}`, from, to, what: 'kernel', strength: 'filtered' },
  ...{ sentence: `What ${from} does reaches ${to}.`, carries: true, cut: null },
  ...more,
})

const fact = (topic: IsolationFact['topic'], name: string, value: string, weaker = false): IsolationFact => ({
  ...{ topic, name, value, weaker, source: '/proc/4242/status' },
})

export function makeIsolation(changes: Partial<SandboxIsolation> = {}): SandboxIsolation {
  return {
    ...{ id: web, name: 'web', class: 'container', state: 'running', observedAt: at },
    facts: [
      fact('namespaces', 'pid', 'its own (4026532201)'),
      fact('seccomp', 'Mode', 'filter'),
      fact('capabilities', 'Bounding', 'CHOWN, KILL, SYS_ADMIN', true),
    ],
    score: {
      value: 46,
      parts: [
        { points: 20, of: 40, sentence: 'The kernel of this machine answers its system calls, through a filter.' },
        { points: 26, of: 60, sentence: 'It has SYS_ADMIN, which is nearly all of root’s power.' },
      ],
    },
    ...changes,
  }
}

/** A web server beside a database on one network; the first can write a folder of this machine. */
export function makeIsolationView(changes: Partial<IsolationView> = {}): IsolationView {
  const nodes = [
    node(`sandbox:${web}`, 'sandbox', 'web', {
      class: 'container',
      sandbox: web,
      details: [{ name: 'pid', value: '4242' }],
    }),
    node(`sandbox:${database}`, 'sandbox', 'database', { class: 'gvisor', sandbox: database }),
    node(`sentry:${database}`, 'sentry', 'runsc of database', { sandbox: database }),
    node('network:lan', 'network', 'lan'),
    node('mount:/srv/data', 'mount', '/srv/data'),
    node('port:8080', 'port', '127.0.0.1:8080', { sandbox: web }),
    node('host-kernel', 'hostKernel', 'Linux 6.18'),
  ]
  const edges = [
    edge(`sandbox:${web}`, 'host-kernel', { cut: { kind: 'setClass', ref: web, class: 'gvisor' } }),
    edge(`sandbox:${web}`, 'network:lan', { what: 'network', strength: 'reachable' }),
    edge('network:lan', `sandbox:${database}`, { what: 'network', strength: 'reachable' }),
    edge(`sandbox:${web}`, 'mount:/srv/data', { what: 'files', strength: 'writable' }),
    edge('port:8080', `sandbox:${web}`, { what: 'port', strength: 'reachable' }),
    edge(`sandbox:${database}`, `sentry:${database}`, { strength: 'bounded' }),
    edge(`sentry:${database}`, 'host-kernel', { strength: 'filtered' }),
  ]
  const limit = { ref: database, cpus: 0.5, memoryBytes: null, sentence: 'Half a core is enough for what it does.' }
  const cell = { victim: web, culprit: database, resource: 'cpu' } as const
  const history = [0, 0.1, 0.6, 0.3].map((strength) => ({
    at,
    cells: strength === 0 ? [] : [{ ...cell, strength }],
  }))
  return {
    ...{ at, nodes, edges, history },
    sandboxes: [makeIsolation(), makeIsolation({ id: database, name: 'database', class: 'gvisor' })],
    score: { value: 62, parts: [{ points: 62, of: 100, sentence: 'The mean of all sandboxes.' }] },
    pressures: [
      { id: web, cpu: 0.42, memory: 0, io: null, throttled: 0, cpuCores: 0.3, reclaim: 0 },
      { id: database, cpu: 0.02, memory: 0, io: 0.1, throttled: 0, cpuCores: 1.6, reclaim: 12 },
    ],
    interference: [
      {
        ...{ victim: web, culprit: database, resource: 'cpu', strength: 0.42, suggestion: limit },
        sentence: 'web waits 42 % of the time for the processor that database uses.',
      },
    ],
    ...changes,
  }
}

export function makeBlast(changes: Partial<BlastRadius> = {}): BlastRadius {
  return {
    from: `sandbox:${web}`,
    reached: [
      { node: 'host-kernel', path: [`sandbox:${web}>kernel>host-kernel`], strength: 'filtered' },
      {
        node: `sandbox:${database}`,
        path: [`sandbox:${web}>network>network:lan`, `network:lan>network>sandbox:${database}`],
        strength: 'reachable',
      },
    ],
    cut: {
      cut: { kind: 'setClass', ref: web, class: 'gvisor' },
      sentence: 'As gVisor it no longer talks to the kernel of this machine.',
      removes: ['host-kernel'],
    },
    ...changes,
  }
}
