import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMachineCgroup } from '../microvm/qemu/machine-cgroup.ts'
import { withIdleMachine } from '../microvm/template/idle-machine.ts'
import type { TryKvm } from './probe-microvm.ts'

const bootMs = 10_000
const shape = { memoryMebibytes: 128, cpus: 1, disks: 1, network: false }

/** Boots the smallest guest by KVM, as a sandbox would, and ends it. */
export const tryKvm: TryKvm = async ({ programs }, assets, signal) => {
  // In a short path, because sockets are made in it.
  const folder = await mkdtemp(join(tmpdir(), 'joey-kvm-'))
  // At the top, so that no empty parent stays behind.
  const cgroup = createMachineCgroup(`/joey-trial-${randomBytes(6).toString('hex')}`, {
    limitsSwap: false,
    usesKvm: true,
  })
  try {
    const idle = { programs, acceleration: 'kvm', cgroup, folder: join(folder, 'm') } as const
    await withIdleMachine(idle, { assets, shape, bootMs, signal }, async () => undefined)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
