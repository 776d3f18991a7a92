import { describeDriver } from '../../testing/engines/conformance.ts'
import { prepareMicrovm } from '../../testing/engines/microvm-setting.ts'

describeDriver('qemu', async (folder) => {
  const setting = await prepareMicrovm(folder, { templates: true })
  await setting.microvm.warmUp()
  return setting
})
