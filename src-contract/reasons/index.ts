import { agentReasons } from './agent.ts'
import { archiveReasons } from './archive.ts'
import { buildReasons } from './build.ts'
import { commandLineReasons } from './command-line.ts'
import { engineReasons } from './engine.ts'
import { filesReasons } from './files.ts'
import { functionReasons } from './function.ts'
import { imageReasons } from './image.ts'
import { machineReasons } from './machine.ts'
import { microvmReasons } from './microvm.ts'
import { mountsReasons } from './mounts.ts'
import { networkReasons } from './network.ts'
import { observeReasons } from './observe.ts'
import { processReasons } from './process.ts'
import { recordsReasons } from './records.ts'
import { registryReasons } from './registry.ts'
import { requestReasons } from './request.ts'
import { sandboxReasons } from './sandbox.ts'
import { snapshotReasons } from './snapshot.ts'
import { storageReasons } from './storage.ts'
import { toolReasons } from './tool.ts'
import { volumeReasons } from './volume.ts'
import { windowReasons } from './window.ts'

/** Every reason for which something fails, by area. A reason stands in one of them only: a test sees to it. */
export const reasons = {
  ...agentReasons,
  ...archiveReasons,
  ...buildReasons,
  ...commandLineReasons,
  ...engineReasons,
  ...filesReasons,
  ...functionReasons,
  ...imageReasons,
  ...machineReasons,
  ...microvmReasons,
  ...mountsReasons,
  ...networkReasons,
  ...observeReasons,
  ...processReasons,
  ...recordsReasons,
  ...registryReasons,
  ...requestReasons,
  ...sandboxReasons,
  ...snapshotReasons,
  ...storageReasons,
  ...toolReasons,
  ...volumeReasons,
  ...windowReasons,
}
