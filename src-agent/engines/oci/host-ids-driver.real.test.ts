import { describeDriver } from '../../testing/engines/conformance.ts'
import { prepareOci } from '../../testing/engines/oci-setting.ts'

// What differs is how the agent mounts and whom a process belongs to, not the runtime: one of them shows both.
describeDriver('crun with the ids of this machine', (folder) => prepareOci('crun', folder, 'host'))
