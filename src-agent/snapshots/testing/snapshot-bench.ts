import { createAgent, type World } from '../../testing/class-bench.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { run } from '../../base/process/run.ts'
import type { SandboxContext } from '../../sandboxes/context.ts'
import { reconcile } from '../../sandboxes/reconcile.ts'
import { createSandboxService, type SandboxService } from '../../sandboxes/sandbox-service.ts'
import { createTasks } from '../../state/tasks.ts'
import type { TimeGround } from '../../time-ground.ts'
import { createTrees } from '../../trees/create-trees.ts'
import { composeSnapshots, type Step } from '../create-snapshot-service.ts'
import type { SnapshotService } from '../snapshot-service.ts'

/** An agent's part of a world whose engines are made up and whose layers are real: thrown away as after a kill -9. */
export interface SnapshotBench {
  readonly context: SandboxContext
  readonly sandboxes: SandboxService
  readonly snapshots: SnapshotService
  /** What an agent does at its start. */
  restart(): Promise<string[]>
}

export function createSnapshotBench(world: World, step?: Step): SnapshotBench {
  const { context } = createAgent(world, { converter: createDiskConverter(run) })
  const sandboxes = createSandboxService(context)
  const { layers, snapshots: snapshotRecords } = context
  const trees = createTrees({ context, layers, snapshotRecords, findSnapshot: (ref) => snapshots.find(ref) })
  const tasks = createTasks(context.events, context.now)
  const settings = {} as TimeGround['settings']
  const snapshots = composeSnapshots({ context, sandboxes, tasks, settings, layers, snapshotRecords, trees }, step)
  return {
    context,
    sandboxes,
    snapshots,
    async restart() {
      const told = await reconcile(context, sandboxes)
      return [...told, ...(await snapshots.resume())]
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
