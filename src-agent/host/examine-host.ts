import { cpus, totalmem } from 'node:os'
import type { HostReport } from '#contract/agent'
export function createHostExaminer(_deps: unknown): () => Promise<HostReport> {
  return async () => ({ findings: [], classes: [{ class: 'container', available: true, explanation: 'temporary' }], cpus: cpus().length, memoryBytes: totalmem() }) as never
}
