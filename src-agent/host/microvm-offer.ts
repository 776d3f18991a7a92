import type { ClassOffer, Finding } from '#contract/agent'
import { emulationNotice } from '../drivers/microvm/limitations.ts'
import { installRemedy } from '../base/process/packages.ts'
import type { MicrovmVerdict } from '../engines/host/probe-microvm.ts'

/** What was found out about micro-VMs. Sandboxes of the other classes do without them, so it is never a problem. */
export function microvmFinding(verdict: MicrovmVerdict | null): Finding {
  const id = 'runtime-qemu'
  if (verdict === null || verdict.failure !== null) {
    const remedy = verdict?.missing ? (installRemedy(verdict.missing) ?? null) : null
    return { id, level: 'warning', title: 'Micro-VMs cannot run here', detail: verdict?.failure ?? null, remedy }
  }
  const kind = verdict.emulated === null ? 'by hardware virtualisation' : 'emulated'
  const mounts = verdict.virtiofsd === null ? 'Without virtiofsd they take no mounts.' : null
  const detail = [emulationNotice(verdict.emulated), mounts].filter((text) => text !== null).join(' ')
  return { id, level: 'ok', title: `QEMU ${verdict.version} works (${kind})`, detail: detail || null, remedy: null }
}

/** Whether the class "microvm" is to be had. `obstacle` is what stands in the way of every sandbox. */
export function microvmOffer(verdict: MicrovmVerdict | null, obstacle: Finding | undefined): ClassOffer {
  if (verdict !== null && verdict.failure === null && obstacle === undefined) {
    const kind = verdict.emulated === null ? 'on hardware' : 'emulated'
    return {
      class: 'microvm',
      available: true,
      explanation: `QEMU ${verdict.version} runs a kernel of its own, ${kind}.`,
      emulated: verdict.emulated,
    }
  }
  const explanation = obstacle ? `${obstacle.title}.` : (verdict?.failure ?? 'Micro-VMs cannot run here.')
  return { class: 'microvm', available: false, explanation }
}
