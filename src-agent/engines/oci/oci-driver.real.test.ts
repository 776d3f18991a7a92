import { containerRuntimes } from '#contract/words'
import { describeDriver } from '../../testing/engines/conformance.ts'
import { prepareOci } from '../../testing/engines/oci-setting.ts'

for (const name of containerRuntimes) describeDriver(name, (folder) => prepareOci(name, folder, 'own'))
