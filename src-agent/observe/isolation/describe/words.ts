import { formatBytes } from '#contract/byte-size'
import { type Sentence, sentence } from '#contract/sentence'
import type { ObservedLimits, ObservedProcess } from '../facts/observed.ts'

export function describeLimits({ memoryBytes, cpus, pids }: ObservedLimits): Sentence {
  return sentence('limits-in-short', {
    ...(memoryBytes !== null && { memory: formatBytes(memoryBytes) }),
    ...(cpus !== null && { cores: Math.round(cpus * 100) / 100 }),
    ...(pids !== null && { pids }),
  })
}

export function describeProcess({ program, pid }: ObservedProcess): Sentence {
  return sentence('process-of-program', { program: program ?? '', pid })
}
