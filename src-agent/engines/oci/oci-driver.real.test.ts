import { describeDriver } from '../../testing/engines/conformance.ts'
import { prepareOci } from '../../testing/engines/oci-setting.ts'

for (const name of ['crun', 'runc'] as const) describeDriver(name, (folder) => prepareOci(name, folder, 'own'))
