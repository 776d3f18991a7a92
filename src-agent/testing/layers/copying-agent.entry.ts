import pino from 'pino'
import { run } from '../../base/process/run.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { createLayerStore } from '../../storage/layers/create-layer-store.ts'

/** A program of its own that copies a folder, to be killed: it says when it begins and when it has the guest stand still, for good. */
const [folder = '', upper = ''] = process.argv.slice(2)
const log = pino({ enabled: false })
const store = createLayerStore({ folder, blockFolder: folder, run, log, converter: createDiskConverter(run) })
process.stdout.write('begun\n')
const freeze = async (work: () => Promise<void>): Promise<void> => {
  await work()
  process.stdout.write('frozen\n')
  await new Promise((resolve) => setTimeout(resolve, 600_000))
}
await store.copyFolder(store.newId(), upper, freeze, { signal: new AbortController().signal })
