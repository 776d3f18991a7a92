import { describeDriver } from '../../testing/engines/conformance.ts'
import { prepareGvisor } from '../../testing/engines/oci-setting.ts'

describeDriver('runsc', prepareGvisor)
