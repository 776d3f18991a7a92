import type { ClassOffer, Finding } from '#contract/agent'
import { finding } from '#contract/finding'
import { type Sentence, sentence } from '#contract/sentence'
import { installRemedy } from '../../base/process/packages.ts'
import { explain, explainObstacle } from '../class-sentences.ts'
import type { GvisorVerdict } from './probe-gvisor.ts'

const id = 'runtime-runsc'

/** What was found out about gVisor. Sandboxes of the other classes do without it, so it is never a problem. */
export function gvisorFinding(verdict: GvisorVerdict | null): Finding {
  if (verdict === null) {
    const detail = sentence('gvisor-lacking-detail')
    const remedy = installRemedy('runsc')
    return finding({ id, level: 'warning', title: sentence('gvisor-lacking'), detail, remedy })
  }
  const version = shortVersion(verdict.version)
  if (verdict.setup === null) {
    const title = sentence('engine-broken', { name: 'gVisor', version })
    return finding({ id, level: 'warning', title, detail: verdict.failure })
  }
  const { platform, mapsIds = false } = verdict.setup
  const title = sentence('gvisor-works', { version, platform })
  if (mapsIds) return finding({ id, level: 'ok', title })
  return finding({ id, level: 'warning', title, detail: sentence('gvisor-opens-files-as-root') })
}

/** Whether the class "gvisor" is to be had. `obstacle` is what stands in the way of every sandbox. */
export function gvisorOffer(verdict: GvisorVerdict | null, obstacle: Finding | undefined): ClassOffer {
  if (obstacle) return { class: 'gvisor', available: false, ...explainObstacle(obstacle) }
  return { class: 'gvisor', available: Boolean(verdict?.setup), ...explain(sayVerdict(verdict)) }
}

function sayVerdict(verdict: GvisorVerdict | null): Sentence {
  if (verdict === null) return sentence('gvisor-not-installed')
  const version = shortVersion(verdict.version)
  return verdict.setup === null
    ? sentence('gvisor-not-working', { version })
    : sentence('gvisor-offered', { version, platform: verdict.setup.platform })
}

/** `20221219` of `0.0~20221219.0` and of `release-20221219.0`. */
function shortVersion(version: string): string {
  return /\d{8}/.exec(version)?.[0] ?? version
}
