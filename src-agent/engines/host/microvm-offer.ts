import type { ClassOffer, Finding } from '#contract/agent'
import { finding } from '#contract/finding'
import { type Sentence, sentence } from '#contract/sentence'
import { installRemedy } from '../../base/process/packages.ts'
import { emulatedBy, explain, explainObstacle } from '../class-sentences.ts'
import { kernelFaults } from '../microvm/guest/kernel-faults.ts'
import { pinnedKernel } from '../microvm/guest/pinned-kernel.ts'
import { emulationNotice } from '../microvm/limitations.ts'
import { isAtLeast } from './engine-versions.ts'
import type { MicrovmVerdict } from './probe-microvm.ts'

/** What was found out about micro-VMs. Sandboxes of the other classes do without them, so it is never a problem. */
export function microvmFinding(verdict: MicrovmVerdict | null): Finding {
  const id = 'runtime-qemu'
  if (verdict === null || verdict.failure !== null) {
    const remedy = verdict?.missing ? installRemedy(verdict.missing) : null
    return finding({
      id,
      level: 'warning',
      title: sentence('microvm-broken'),
      detail: verdict?.failure ?? null,
      remedy,
    })
  }
  const { version, emulated, virtiofsd } = verdict
  const speed = emulated === null ? 'hardware' : 'emulated'
  const details = [
    ...(emulated === null ? [] : [emulationNotice(emulated)]),
    ...(virtiofsd === null ? [sentence('microvm-without-virtiofsd')] : []),
  ]
  const detail = details.length > 0 ? sentence('finding-details', { details }) : null
  return finding({ id, level: 'ok', title: sentence('microvm-works', { version, speed }), detail })
}

/** Which kernel micro-VMs boot, where it comes from, and what is known against its version. */
export function kernelFindings(verdict: MicrovmVerdict | null): Finding[] {
  const facts = verdict?.assets?.kernelFacts
  if (facts === undefined) return []
  const { version, sha256, ownPath } = facts
  const id = 'microvm-kernel'
  if (ownPath !== null) {
    const title = sentence('microvm-kernel-own', { version: version ?? '', path: ownPath })
    const detail = sentence('microvm-kernel-own-detail', { sha256, faults: knownFaults(version) })
    return [finding({ id, level: 'warning', title, detail })]
  }
  const { origin, licence, builtOn, packageName, packageVersion } = pinnedKernel
  const source = { origin, licence, builtOn, packageName, packageVersion }
  const detail = sentence('microvm-kernel-detail', { ...source, faults: knownFaults(version) })
  return [finding({ id, level: 'ok', title: sentence('microvm-kernel', { version: version ?? '' }), detail })]
}

/** Of the faults that are kept in a table, those of this version; that none is kept says nothing of others. */
function knownFaults(version: string | null): readonly Sentence[] {
  if (version === null) return []
  return kernelFaults
    .filter(({ since, fixedIn }) => isAtLeast(version, since) && !isAtLeast(version, fixedIn))
    .map(({ cve, recordOf, fault }) => sentence('kernel-fault', { cve, recordOf, fault }))
}

/** Whether the class "microvm" is to be had. `obstacle` is what stands in the way of every sandbox. */
export function microvmOffer(verdict: MicrovmVerdict | null, obstacle: Finding | undefined): ClassOffer {
  if (verdict !== null && verdict.failure === null && obstacle === undefined) {
    const { version, emulated, assets } = verdict
    const speed = emulated === null ? 'hardware' : 'emulated'
    const said = sentence('microvm-offered', { version, kernel: assets?.kernelFacts.version ?? '', speed })
    return { class: 'microvm', available: true, ...explain(said), ...emulatedBy(emulated) }
  }
  const why = obstacle ? explainObstacle(obstacle) : explain(verdict?.failure ?? sentence('microvm-not-working'))
  return { class: 'microvm', available: false, ...why }
}
