import { randomBytes } from 'node:crypto'
import { noHealthLog } from '#contract/health'
import type { SandboxSpec } from '#contract/sandbox'
import type { TerminalSize } from '#contract/terminal-size'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly now: () => Date
}

/** A record under a new id, not yet put. */
export function newRecord(
  deps: Deps,
  made: {
    name: string
    spec: SandboxSpec
    argv: string[]
    image: { reference: string; digest: string }
    state: 'created' | 'starting'
    /** Of a fork: what it stands on. */
    parentId?: string
    layers?: string[]
    memoryFromSettings?: boolean
    terminalSize?: TerminalSize | null
  },
): SandboxRecord {
  let id = randomBytes(6).toString('hex')
  while (deps.records.get(id)) id = randomBytes(6).toString('hex')
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
      createdAt: deps.now().toISOString(),
      ...{ startedAt: null, exit: null, engine: null, pid: null },
      ...{ address: null, addresses: [], ports: [] },
      selfTest: null,
      restarts: 0,
      restartsAt: null,
      health: null,
      pending: null,
      pausedFor: null,
      parentId: made.parentId ?? null,
    },
    monitorPid: null,
    logStart: null,
    lease: null,
    firstId: null,
    hostname: null,
    terminalSize: made.terminalSize ?? null,
    stopAsked: false,
    endWanted: false,
    startsAgain: false,
    healthLog: noHealthLog,
    change: null,
    layers: made.layers ?? [],
    staleDisk: false,
    restore: null,
    memoryFromSettings: made.memoryFromSettings ?? false,
    volumesToo: false,
  }
}
