import { randomBytes } from 'node:crypto'
import type { SandboxSpec } from '#contract/sandbox'
import type { SandboxContext } from './context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

/** A record under a new id, not yet put. */
export function newRecord(
  context: Pick<SandboxContext, 'records' | 'now'>,
  made: {
    name: string
    spec: SandboxSpec
    argv: string[]
    image: { reference: string; digest: string }
    state: 'created' | 'starting'
    /** Of a fork: what it stands on. */
    parentId?: string
    layers?: string[]
  },
): SandboxRecord {
  let id = randomBytes(6).toString('hex')
  while (context.records.get(id)) id = randomBytes(6).toString('hex')
  return {
    sandbox: {
      id,
      name: made.name,
      class: made.spec.class,
      state: made.state,
      image: made.image.reference,
      imageDigest: made.image.digest,
      spec: made.spec,
      argv: made.argv,
      createdAt: context.now().toISOString(),
      startedAt: null,
      exit: null,
      engine: null,
      pid: null,
      address: null,
      ports: [],
      selfTest: null,
      parentId: made.parentId ?? null,
    },
    monitorPid: null,
    logStart: null,
    lease: null,
    hostname: null,
    stopAsked: false,
    change: null,
    layers: made.layers ?? [],
    staleDisk: false,
    restore: null,
  }
}
