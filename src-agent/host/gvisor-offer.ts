import type { ClassOffer, Finding } from '#contract/agent'
import { installRemedy } from '../base/process/packages.ts'
import type { GvisorVerdict } from '../engines/host/probe-gvisor.ts'

const finding = { id: 'runtime-runsc', detail: null, remedy: null } as const

/** What was found out about gVisor. Sandboxes of the other classes do without it, so it is never a problem. */
export function gvisorFinding(verdict: GvisorVerdict | null): Finding {
  if (verdict === null) {
    const detail = 'Sandboxes of the class "gvisor" need its program runsc.'
    return {
      ...finding,
      level: 'warning',
      title: 'gVisor is not installed',
      detail,
      remedy: installRemedy('runsc') ?? null,
    }
  }
  const name = `gVisor ${shortVersion(verdict.version)}`
  if (verdict.setup === null) {
    return { ...finding, level: 'warning', title: `${name} does not work here`, detail: verdict.failure }
  }
  return { ...finding, level: 'ok', title: `${name} works (${verdict.setup.platform})` }
}

/** Whether the class "gvisor" is to be had. `obstacle` is what stands in the way of every sandbox. */
export function gvisorOffer(verdict: GvisorVerdict | null, obstacle: Finding | undefined): ClassOffer {
  const found = gvisorFinding(verdict)
  if (verdict?.setup && obstacle === undefined) {
    const explanation = `gVisor ${shortVersion(verdict.version)} answers the system calls, by ${verdict.setup.platform}.`
    return { class: 'gvisor', available: true, explanation }
  }
  return { class: 'gvisor', available: false, explanation: `${obstacle?.title ?? found.title}.` }
}

/** `20221219` of `0.0~20221219.0` and of `release-20221219.0`. */
function shortVersion(version: string): string {
  return /\d{8}/.exec(version)?.[0] ?? version
}
