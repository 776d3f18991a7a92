import { cpus, totalmem } from 'node:os'
import type { ClassOffer, Finding, HostReport } from '#contract/agent'
import { finding } from '#contract/finding'
import { sentence } from '#contract/sentence'
import { installRemedy } from '../../base/process/packages.ts'
import { explain, explainObstacle } from '../class-sentences.ts'
import { examineCapacity } from './capacity.ts'
import { probeRuntimes, type RuntimeDeps, type RuntimeVerdict } from './choose-runtime.ts'
import { findOldEngines } from './engine-versions.ts'
import { gvisorFinding, gvisorOffer } from './gvisor-offer.ts'
import { examineKernel } from './kernel-features.ts'
import { kernelFindings, microvmFinding, microvmOffer } from './microvm-offer.ts'
import { type GvisorVerdict, probeGvisor } from './probe-gvisor.ts'
import { type MicrovmVerdict, probeMicrovm } from './probe-microvm.ts'
import { examinePlace, ownProgram } from './program-place.ts'
import { examinePrograms } from './programs.ts'
import { readVersions } from './read-versions.ts'
import { tryKvm } from './try-kvm.ts'

const freshMs = 60_000

export interface HostProbe {
  /** What this host offers and lacks; at most a minute old, unless `fresh`. */
  examine(options?: { readonly fresh?: boolean }): Promise<HostReport>
}

interface Deps extends RuntimeDeps {
  readonly uid?: number
  /** Findings of other parts of the agent: the network. */
  readonly others?: readonly (() => Promise<readonly Finding[]>)[]
  /** The kernel that the settings name for micro-VMs. */
  readonly microvmKernel?: () => string | null
  readonly monotonicMs?: () => number
}

export function createHostProbe(deps: Deps): HostProbe {
  const { monotonicMs = () => performance.now() } = deps
  let last: { readonly report: Promise<HostReport>; readonly at: number } | null = null
  return {
    examine({ fresh = false } = {}) {
      if (!fresh && last !== null && monotonicMs() - last.at < freshMs) return last.report
      const report = examineNow(deps)
      const mine = { report, at: monotonicMs() }
      last = mine
      // A failure is not kept for a minute.
      report.catch(() => {
        if (last === mine) last = null
      })
      return report
    },
  }
}

async function examineNow(deps: Deps): Promise<HostReport> {
  const uid = deps.uid ?? process.getuid?.() ?? 0
  const [kernel, [runtimes, gvisor, microvm], programs, capacity, ...others] = await Promise.all([
    examineKernel({ run: deps.run, uid }),
    // Only root can try a runtime; for others the finding about the account says it all.
    uid === 0 ? probeEngines(deps) : ([[], null, null] as const),
    examinePrograms(deps),
    examineCapacity(deps.folder),
    ...(deps.others ?? []).map((examine) => examine()),
  ])
  const old = findOldEngines(await readVersions(deps.run, { runtimes, gvisor, microvm }))
  const findings = [
    ...old,
    ...kernel,
    ...(uid === 0
      ? [...runtimeFindings(runtimes), gvisorFinding(gvisor), microvmFinding(microvm), ...kernelFindings(microvm)]
      : []),
    ...programs,
    ...others.flat(),
    ...examinePlace({ program: ownProgram(), home: deps.folder }),
    ...capacity,
  ]
  const wanted = (deps.env ?? process.env)['JOEY_RUNTIME']
  return {
    findings,
    classes: offers({ runtimes, gvisor, microvm, findings, wanted }),
    cpus: cpus().length,
    memoryBytes: totalmem(),
  }
}

/** One after the other: they share the cache's file. */
async function probeEngines(
  deps: Deps,
): Promise<readonly [readonly RuntimeVerdict[], GvisorVerdict | null, MicrovmVerdict]> {
  return [
    await probeRuntimes(deps),
    await probeGvisor(deps),
    await probeMicrovm({ ...deps, tryKvm, ownKernel: deps.microvmKernel?.() ?? null }),
  ]
}

/** One that does not work is only a problem where there is no other. */
export function runtimeFindings(verdicts: readonly RuntimeVerdict[]): Finding[] {
  if (verdicts.length === 0) {
    const detail = sentence('runtime-lacking-detail')
    const remedy = installRemedy('crun')
    return [finding({ id: 'runtime', level: 'problem', title: sentence('runtime-lacking'), detail, remedy })]
  }
  const someWorks = verdicts.some((verdict) => verdict.failure === null)
  return verdicts.map(({ name, version, failure }) => {
    const id = `runtime-${name}`
    if (failure === null) return finding({ id, level: 'ok', title: sentence('engine-works', { name, version }) })
    const title = sentence('engine-broken', { name, version })
    return finding({ id, level: someWorks ? 'warning' : 'problem', title, detail: failure })
  })
}

interface OfferInputs {
  readonly runtimes: readonly RuntimeVerdict[]
  readonly gvisor: GvisorVerdict | null
  readonly microvm: MicrovmVerdict | null
  readonly findings: readonly Finding[]
  readonly wanted?: string | undefined
}

/** What stands in the way of every sandbox. Findings about one image tool or the network do not. */
const blocking = new Set(['account', 'kernel-overlay', 'kernel-erofs', 'kernel-seccomp', 'program-conmon'])

export function offers({ runtimes, gvisor, microvm, findings, wanted }: OfferInputs): ClassOffer[] {
  const engine = runtimes.find((verdict) => verdict.failure === null && (!wanted || verdict.name === wanted))
  const obstacle = findings.find((finding) => finding.level === 'problem' && blocking.has(finding.id))
  return [containerOffer(engine, obstacle), gvisorOffer(gvisor, obstacle), microvmOffer(microvm, obstacle)]
}

function containerOffer(engine: RuntimeVerdict | undefined, obstacle: Finding | undefined): ClassOffer {
  if (obstacle) return { class: 'container', available: false, ...explainObstacle(obstacle) }
  const said = engine
    ? sentence('container-offered', { engine: engine.name, version: engine.version })
    : sentence('container-without-runtime')
  return { class: 'container', available: engine !== undefined, ...explain(said) }
}
