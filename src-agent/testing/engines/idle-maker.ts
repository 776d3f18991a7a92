import { run } from '../../base/process/run.ts'
import { probeMicrovm } from '../../engines/host/probe-microvm.ts'
import { createMachineCgroup } from '../../engines/microvm/qemu/machine-cgroup.ts'
import { withIdleMachine } from '../../engines/microvm/template/idle-machine.ts'

/**
 * A program that has a machine for nobody and never lets it go, to be killed: `idle-maker.ts FOLDER CGROUP`. Says
 * `begin` before it starts the machine and `ready` when the guest is.
 */
const [folder = '', path = ''] = process.argv.slice(2)
const shape = { memoryMebibytes: 128, cpus: 1, disks: 1, network: true }
const tryKvm = () => Promise.reject(new Error('Not tried here.'))
const { assets, programs } = await probeMicrovm({ run, folder, tryKvm })
if (assets === null) throw new Error('No micro-VM can run here.')
const cgroup = createMachineCgroup(path, { limitsSwap: false, usesKvm: false })
const idle = { programs, acceleration: 'tcg', cgroup, folder: `${folder}/i` } as const
const signal = new AbortController().signal
process.stdout.write('begin\n')
await withIdleMachine(idle, { assets, shape, bootMs: 60_000, signal }, async () => {
  process.stdout.write('ready\n')
  await new Promise(() => {})
})
