import { describeDriver } from '../../testing/engines/conformance.ts'
import { prepareGvisor, prepareOci } from '../../testing/engines/oci-setting.ts'

for (const name of ['crun', 'runc'] as const) describeDriver(name, (folder) => prepareOci(name, folder))
describeDriver('runsc', prepareGvisor)
