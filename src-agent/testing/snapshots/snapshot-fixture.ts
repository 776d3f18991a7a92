import { createTrees } from '../../sandboxes/create-trees.ts'
import { createSnapshotService, type Snapshots, type Step } from '../../snapshots/create-snapshot-service.ts'
import type { Services } from '../../wire-services.ts'
import { type AgentFixture, openAgentFixture } from '../agent-fixture.ts'

/** The services of an agent with snapshots, without its socket: real engines, real layers. */
export interface SnapshotFixture {
  readonly fixture: AgentFixture
  snapshots(): Snapshots
  services(): Services
  /** As after `kill -9`; gives what the next agent reports. */
  lose(): Promise<string[]>
  close(): Promise<void>
}

export async function openSnapshotFixture(step?: Step): Promise<SnapshotFixture> {
  const fixture = await openAgentFixture()
  const compose = () => {
    const services = fixture.services()
    const trees = createTrees({ ...services, findSnapshot: (ref) => service.find(ref) })
    const service = createSnapshotService({ ...services, trees }, step)
    return { services, service }
  }
  let now = compose()
  await now.service.resume()
  return {
    fixture,
    snapshots: () => now.service,
    services: () => now.services,
    async lose() {
      const messages = await fixture.lose()
      now = compose()
      return [...messages, ...(await now.service.resume()).map(({ message }) => message)]
    },
    async close() {
      await now.service.close()
      await fixture.close()
    },
  }
}
