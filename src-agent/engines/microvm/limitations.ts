import type { ClassLimitation } from '#contract/classes'
import { type Sentence, sentence } from '#contract/sentence'
import { limitation } from '../class-sentences.ts'

/** What micro-VMs cannot do, or do otherwise, on this host. */
export function limitationsOf(acceleration: 'kvm' | 'tcg', leastMebibytes: number): readonly ClassLimitation[] {
  return [
    ...(acceleration === 'tcg' ? [limitation('hardwareSpeed', sentence('microvm-hardware-speed'))] : []),
    limitation('liveMemoryLimit', sentence('microvm-live-memory-limit', { leastMebibytes })),
    limitation('bindMounts', sentence('microvm-bind-mounts')),
    limitation('watching', sentence('microvm-watching')),
    limitation('grants', sentence('microvm-grants')),
    limitation('nestedMounts', sentence('microvm-nested-mounts')),
  ]
}

/** What "emulated" means for people, and why it is so. */
export function emulationNotice(why: Sentence): Sentence {
  return sentence('microvm-emulated', { why })
}
