import { run } from '../../base/process/run.ts'
import { createTrees } from '../../sandboxes/create-trees.ts'
import { reconcile } from '../../sandboxes/reconcile.ts'
import { createSandboxService, type SandboxService } from '../../sandboxes/sandbox-service.ts'
import { createSnapshotService, type Snapshots, type Step } from '../../snapshots/create-snapshot-service.ts'
import { createTasks } from '../../state/tasks.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { createAgent, type FakeServices, type Fixture } from '../class-bench.ts'

/** An agent's part of a host whose engines are made up and whose layers are real: thrown away as after a kill -9. */
export interface SnapshotBench {
  readonly services: FakeServices
  readonly sandboxes: SandboxService
  readonly snapshots: Snapshots
  /** What an agent does at its start. */
  restart(): Promise<string[]>
}

export function createSnapshotBench(fixture: Fixture, step?: Step): SnapshotBench {
  const { services } = createAgent(fixture, { converter: createDiskConverter(run) })
  const sandboxes = createSandboxService(services)
  const trees = createTrees({ ...services, findSnapshot: (ref) => snapshots.find(ref) })
  const tasks = createTasks(services.events, services.now)
  const snapshots = createSnapshotService({ ...services, sandboxes, tasks, trees }, step)
  return {
    services,
    sandboxes,
    snapshots,
    async restart() {
      const found = [...(await reconcile(services, sandboxes)), ...(await snapshots.resume())]
      return found.map(({ message }) => message)
    },
  }
}

/** A step at which the agent dies: nothing after it is ever done. */
export function dieAt(wanted: string): { readonly step: Step; readonly reached: Promise<void> } {
  const { promise: reached, resolve } = Promise.withResolvers<void>()
  const step: Step = (name) => {
    if (name !== wanted) return undefined
    resolve()
    return new Promise(() => {})
  }
  return { step, reached }
}
