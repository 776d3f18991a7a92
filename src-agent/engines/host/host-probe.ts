import { cpus, totalmem } from 'node:os'
import type { ClassOffer, Finding, HostReport } from '#contract/agent'
import { installRemedy } from '../../base/process/packages.ts'
import { examineCapacity } from '../../host/capacity.ts'
import { judgeRuntimes, type RuntimeDeps, type RuntimeVerdict } from './choose-runtime.ts'
import { gvisorFinding, gvisorOffer } from '../../host/gvisor-offer.ts'
import { examineKernel } from './kernel-features.ts'
import { microvmFinding, microvmOffer } from '../../host/microvm-offer.ts'
import { type GvisorVerdict, judgeGvisor } from './probe-gvisor.ts'
import { judgeMicrovm, type MicrovmVerdict } from './probe-microvm.ts'
import { examinePrograms } from './programs.ts'
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
    uid === 0 ? judgeEngines(deps) : ([[], null, null] as const),
    examinePrograms(deps),
    examineCapacity(deps.folder),
    ...(deps.others ?? []).map((examine) => examine()),
  ])
  const findings = [
    ...kernel,
    ...(uid === 0 ? [...runtimeFindings(runtimes), gvisorFinding(gvisor), microvmFinding(microvm)] : []),
    ...programs,
    ...others.flat(),
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
async function judgeEngines(
  deps: Deps,
): Promise<readonly [readonly RuntimeVerdict[], GvisorVerdict | null, MicrovmVerdict]> {
  return [await judgeRuntimes(deps), await judgeGvisor(deps), await judgeMicrovm({ ...deps, tryKvm })]
}

/** One that does not work is only a problem where there is no other. */
export function runtimeFindings(verdicts: readonly RuntimeVerdict[]): Finding[] {
  if (verdicts.length === 0) {
    const detail = 'Sandboxes of the class "container" need crun or runc.'
    const remedy = installRemedy('crun') ?? null
    return [{ id: 'runtime', level: 'problem', title: 'No container runtime is installed', detail, remedy }]
  }
  const someWorks = verdicts.some((verdict) => verdict.failure === null)
  return verdicts.map(({ name, version, failure }) => {
    const id = `runtime-${name}`
    if (failure === null) return { id, level: 'ok', title: `${name} ${version} works`, detail: null, remedy: null }
    const title = `${name} ${version} does not work here`
    return { id, level: someWorks ? 'warning' : 'problem', title, detail: failure, remedy: null }
  })
}

interface Grounds {
  readonly runtimes: readonly RuntimeVerdict[]
  readonly gvisor: GvisorVerdict | null
  readonly microvm: MicrovmVerdict | null
  readonly findings: readonly Finding[]
  readonly wanted?: string | undefined
}

/** What stands in the way of every sandbox. Findings about one image tool or the network do not. */
const blocking = new Set(['account', 'kernel-overlay', 'kernel-erofs', 'kernel-seccomp', 'program-conmon'])

export function offers({ runtimes, gvisor, microvm, findings, wanted }: Grounds): ClassOffer[] {
  const engine = runtimes.find((verdict) => verdict.failure === null && (!wanted || verdict.name === wanted))
  const obstacle = findings.find((finding) => finding.level === 'problem' && blocking.has(finding.id))
  const container: ClassOffer =
    engine !== undefined && obstacle === undefined
      ? {
          class: 'container',
          available: true,
          explanation: `${engine.name} ${engine.version}, sharing this machine's kernel.`,
        }
      : {
          class: 'container',
          available: false,
          explanation: `${obstacle?.title ?? 'No container runtime works here'}.`,
        }
  return [container, gvisorOffer(gvisor, obstacle), microvmOffer(microvm, obstacle)]
}
