import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import { notice } from '#contract/notice'
import type { NoticeFact } from '#contract/observe'
import type { Sandbox, SelfTestSummary } from '#contract/sandbox'
import type { ProbeResult, SelfTestReport } from '#contract/selftest'
import { saidOf, sentence } from '#contract/sentence'
import { createShareWork } from '../../base/async/share-work.ts'
import { insidePath } from '../../engines/oci/runtime-config.ts'
import type { SelfTestRecords } from '../../state/records/self-test-records.ts'
import { probeArguments, type Surroundings } from './arguments.ts'
import type { Canaries } from './canaries.ts'
import { evaluate, type Subject } from './evaluate.ts'
import { fingerprintOf } from './fingerprint.ts'
import { checkFromHost, type HostRoots, type HostSubject, result } from './host-checks.ts'
import { readObservations } from './observation.ts'
import type { Inside, InsideOptions } from './run-inside.ts'
import { verdict } from './verdict.ts'

/** What a self-test needs of the rest of the agent. */
export interface SelfTestDeps {
  readonly records: SelfTestRecords
  readonly now: () => Date
  readonly log: Pick<Logger, 'warn' | 'info'>
  /** By name, id, or start of an id; rejects as every operation does. */
  find(ref: string): Sandbox
  /** Runs a program in it as its root. */
  run(sandbox: Sandbox, argv: readonly string[], options: InsideOptions): Promise<Inside>
  stage(): Promise<Canaries>
  /** What this machine knows of its main process; null where it does not run any more. */
  hostSubject(sandbox: Sandbox): HostSubject | null
  /** Reads a file of its tree as the agent does when it looks into one; absent where its tree is not on this machine. */
  readTree(sandbox: Sandbox, path: string): Promise<Buffer | null> | undefined
  countOomKills(sandbox: Sandbox): Promise<number>
  surroundings(sandbox: Sandbox): Promise<Surroundings>
  readonly host: Subject['host']
  readonly roots: HostRoots
  /** Puts the badge on record, and reports what got worse. */
  keep(sandbox: Sandbox, summary: SelfTestSummary, drift: NoticeFact | null): Promise<void>
}

export interface SelfTest {
  /** Checks a running sandbox. A second wish for the same one, while the first is under way, gets the same report. */
  run(ref: string, signal: AbortSignal): Promise<SelfTestReport>
  /** The latest report; null where it was never checked. */
  read(ref: string): SelfTestReport | null
  /** Whether its latest report is about this run of it, as it is now. */
  isCurrent(sandbox: Sandbox): boolean
  forget(id: string): void
}

export const outputBytes = 256 * 1024
const probeMs = 60_000
/** Beyond what the probe gives itself: the engine needs a moment to start and end it. */
const graceMs = 20_000

export function createSelfTest(deps: SelfTestDeps): SelfTest {
  const { records } = deps
  const together = createShareWork<SelfTestReport>()
  return {
    run: async (ref, signal) => {
      const sandbox = deps.find(ref)
      requireRunning(sandbox)
      return together(sandbox.id, signal, (shared) => runOnce(deps, sandbox, shared))
    },
    read: (ref) => records.get(deps.find(ref).id)?.report ?? null,
    isCurrent: (sandbox) => records.get(sandbox.id)?.fingerprint === fingerprintOf(sandbox),
    forget: (id) => records.forget(id),
  }
}

async function runOnce(deps: SelfTestDeps, sandbox: Sandbox, signal: AbortSignal): Promise<SelfTestReport> {
  const startedAt = deps.now()
  const results = await tryEverything(deps, sandbox, signal)
  const previous = deps.records.get(sandbox.id)
  const report: SelfTestReport = {
    id: sandbox.id,
    class: sandbox.class,
    engine: sandbox.engine,
    at: deps.now().toISOString(),
    tookMs: Math.max(0, deps.now().getTime() - startedAt.getTime()),
    results: [...results.results],
    drift: findDrift(previous?.report.results ?? [], results.results),
  }
  const sameRun = previous !== null && previous.startedAt === sandbox.startedAt
  deps.records.put({
    report,
    fingerprint: fingerprintOf(sandbox),
    startedAt: sandbox.startedAt,
    oomKills: (sameRun ? previous.oomKills : 0) + results.oomKills,
  })
  await deps.keep(sandbox, summarize(report), noticeOfDrift(sandbox, report))
  return report
}

function requireRunning({ name, state }: Sandbox): void {
  if (state === 'running') return
  throw appError('self-test-needs-running', { name, state })
}

interface Tried {
  readonly results: readonly ProbeResult[]
  readonly oomKills: number
}

async function tryEverything(deps: SelfTestDeps, sandbox: Sandbox, signal: AbortSignal): Promise<Tried> {
  const nonce = randomBytes(12).toString('hex')
  const canaries = await deps.stage()
  try {
    const link = await checkLink(deps, sandbox, { nonce, canaries, signal })
    const killsBefore = await deps.countOomKills(sandbox)
    const given = { nonce, canaries, surroundings: await deps.surroundings(sandbox), probeMs }
    const argv = [insidePath, ...probeArguments(sandbox, given)]
    const { output } = await deps.run(sandbox, argv, { signal, timeoutMs: probeMs + graceMs, maxBytes: outputBytes })
    const observed = readObservations(output, nonce)
    if (observed.beginning === null) throw noOutput(sandbox, output)
    if (observed.complete && observed.foreign > 0) throw meddledWith(sandbox, output)
    const { class: isolation, spec } = sandbox
    const subject: Subject = { class: isolation, grants: spec.grants, secrets: canaries.secrets, host: deps.host }
    const host = deps.hostSubject(sandbox)
    const fromHost = host ? await checkFromHost(host, deps.roots) : []
    const killsAfter = await deps.countOomKills(sandbox)
    return {
      results: [...evaluate(observed, subject), ...fromHost, link],
      oomKills: Math.max(0, killsAfter - killsBefore),
    }
  } finally {
    await canaries.dispose()
  }
}

function noOutput({ name }: Sandbox, output: string) {
  return appError('self-test-silent', { name }, { detail: output.slice(0, 2000) })
}

interface LinkCheck {
  readonly nonce: string
  readonly canaries: Canaries
  readonly signal: AbortSignal
}

function meddledWith({ name }: Sandbox, output: string) {
  return appError('self-test-meddled-with', { name }, { detail: output.slice(0, 2000) })
}

/** Has the guest lay a link to the agent's secret, and reads it as the agent reads files of a guest. */
async function checkLink(deps: SelfTestDeps, sandbox: Sandbox, check: LinkCheck): Promise<ProbeResult> {
  const { nonce, canaries, signal } = check
  const path = `/tmp/.joey-link-${nonce}`
  const options = { signal, timeoutMs: graceMs, maxBytes: 1024 }
  const { code } = await deps.run(sandbox, [insidePath, '--plant', path, canaries.marker], options)
  if (code !== 0) {
    return result('files.planted-link', verdict('notApplicable', sentence('self-test-no-link')))
  }
  try {
    const reading = deps.readTree(sandbox, path)
    if (reading === undefined) {
      return result('files.planted-link', verdict('notApplicable', sentence('self-test-disk-never-mounted')))
    }
    const found = (await reading.catch(() => null))?.toString('utf8').trim() ?? ''
    return canaries.secrets.has(found)
      ? result('files.planted-link', verdict('fail', sentence('self-test-link-followed')))
      : result('files.planted-link', verdict('pass', sentence('self-test-link-refused')))
  } finally {
    await deps.run(sandbox, [insidePath, '--plant', path], options).catch((err: unknown) => {
      deps.log.warn({ err, id: sandbox.id }, 'the link of a self-test was left behind')
    })
  }
}

/** What passed and fails now. What could not be tried in between is not known to have held. */
function findDrift(before: readonly ProbeResult[], now: readonly ProbeResult[]): string[] {
  const passed = new Set(before.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id))
  return now.filter(({ id, outcome }) => outcome === 'fail' && passed.has(id)).map(({ id }) => id)
}

export function summarize({ at, results }: SelfTestReport): SelfTestSummary {
  const count = (wanted: ProbeResult['outcome']) => results.filter(({ outcome }) => outcome === wanted).length
  return { at, passed: count('pass'), failed: count('fail'), notApplicable: count('notApplicable') }
}

const namedProbes = 3

function noticeOfDrift({ name }: Sandbox, { drift, results }: SelfTestReport): NoticeFact | null {
  if (drift.length === 0) return null
  const titles = results
    .filter(({ id }) => drift.includes(id))
    .map(({ title, titleWording }) => saidOf(title, titleWording))
  const named = titles.slice(0, namedProbes)
  return notice('self-test-drift', {
    name,
    titles: named.map((title, index) =>
      sentence('self-test-title', { title, place: index === named.length - 1 ? 'last' : 'inner' }),
    ),
    more: titles.length - named.length,
  })
}
