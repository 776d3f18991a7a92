import type { Image, Task } from '#contract/image'
import type { UsageSample } from '#contract/observe'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import type { Terminal } from '#contract/terminal'

const at = '2026-01-01T00:00:00.000Z'
export const busyboxDigest = `sha256:${'b0'.repeat(32)}`

/** A running container of busybox, unless a test wants another. */
export function makeSandbox(changes: Partial<Sandbox> = {}): Sandbox {
  return {
    ...{ id: '0123456789ab', name: 'web', class: 'container', state: 'running', image: 'busybox:latest' },
    ...{ imageDigest: busyboxDigest, spec: SandboxSpec.parse({ image: 'busybox:latest' }), argv: ['sh'] },
    ...{
      createdAt: at,
      startedAt: at,
      exit: null,
      engine: 'crun',
      pid: 4242,
      address: '10.86.0.2',
      addresses: [],
      ports: [],
    },
    ...{ selfTest: null, restarts: 0, restartsAt: null, health: null, pending: null, pausedFor: null },
    parentId: null,
    ...changes,
  }
}

export function makeImage(changes: Partial<Image> = {}): Image {
  return {
    ...{ digest: busyboxDigest, names: ['busybox:latest'], architecture: 'amd64', createdAt: at, importedAt: at },
    ...{ sizeBytes: 2_100_000, sharedBytes: 0, contentBytes: 4_300_000, builtIn: true },
    config: {
      ...{ entrypoint: [], command: ['sh'], env: ['PATH=/bin'], cwd: '/', user: '', stopSignal: null },
      ...{ exposedPorts: [], volumes: [], labels: {}, healthcheck: null },
    },
    ...changes,
  }
}

export function makeTerminal(changes: Partial<Terminal> = {}): Terminal {
  return {
    ...{ id: 'cafecafecafe', sandboxId: '0123456789ab', kind: 'exec', argv: ['/bin/sh'], title: 'sh' },
    ...{ columns: 80, rows: 24, state: 'running', exitCode: null, viewers: 1, createdAt: at },
    ...changes,
  }
}

export function makeTask(changes: Partial<Task> = {}): Task {
  return {
    ...{ id: 'task-0001', kind: 'image.import', subject: 'web.tar', phase: 'unpacking', progress: 0.4 },
    ...{ startedAt: at, message: null },
    ...changes,
  }
}

export function makeUsage(changes: Partial<UsageSample> = {}): UsageSample {
  return {
    ...{ id: '0123456789ab', at, cpuCores: 0.25, cpuTotalUs: 1e6, cpuThrottled: 0, memoryBytes: 48 * 1024 ** 2 },
    ...{ memoryLimitBytes: 128 * 1024 ** 2, pids: 3, pidsLimit: 4096, ioReadBytes: 0, ioWriteBytes: 0 },
    ...{ netReceiveBytes: 0, netSendBytes: 0, engineMemoryBytes: null },
    ...changes,
  }
}
