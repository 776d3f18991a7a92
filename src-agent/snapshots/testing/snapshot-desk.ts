import { type Desk, openDesk } from '../../testing/agent-fixture.ts'
import type { TimeGround } from '../../time-ground.ts'
import { createTrees } from '../../trees/create-trees.ts'
import { composeSnapshots, type Step } from '../create-snapshot-service.ts'
import type { SnapshotService } from '../snapshot-service.ts'

/** The services of an agent with snapshots, without its socket: real engines, real layers. */
export interface SnapshotDesk {
  readonly desk: Desk
  snapshots(): SnapshotService
  ground(): TimeGround
  /** As after `kill -9`; gives what the next agent tells. */
  lose(): Promise<string[]>
  close(): Promise<void>
}

export async function openSnapshotDesk(step?: Step): Promise<SnapshotDesk> {
  const desk = await openDesk()
  const compose = () => {
    const { context, sandboxes, tasks, settings } = desk.services()
    const { layers, snapshots: snapshotRecords } = context
    const trees = createTrees({ context, layers, snapshotRecords, findSnapshot: (ref) => service.find(ref) })
    const ground = { context, sandboxes, tasks, settings, layers, snapshotRecords, trees }
    const service = composeSnapshots(ground, step)
    return { ground, service }
  }
  let now = compose()
  await now.service.resume()
  return {
    desk,
    snapshots: () => now.service,
    ground: () => now.ground,
    async lose() {
      const told = await desk.lose()
      now = compose()
      return [...told, ...(await now.service.resume())]
    },
    async close() {
      await now.service.close()
      await desk.close()
    },
  }
}
