import { describeDriver } from '../conformance.ts'
import { prepareMicrovm } from './testing/microvm-setting.ts'

describeDriver('qemu', async (folder) => {
  const setting = await prepareMicrovm(folder, { templates: true })
  await setting.microvm.warmUp()
  return setting
})
