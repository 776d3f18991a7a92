import { readFile } from 'node:fs/promises'
import { listProcesses } from '../../../base/kernel/cgroup-files.ts'
import type { DiskFlushing, Driver, LiveSaving, OverheadMeasuring } from '../../driver.ts'
import { createOciDriver, type OciDeps } from '../oci-driver.ts'
import { createLiveSaving } from './create-live-saving.ts'
import { type GvisorSetup, gvisorFlavour } from './gvisor-flavour.ts'

/**
 * The OCI driver with runsc, which can report what gVisor itself uses of the sandbox's memory, and can save that of the guest.
 * `mayPatch`: whether it may change the code of a running sentry for that, as the person has set it.
 */
export function createGvisorDriver(
  deps: OciDeps,
  setup: GvisorSetup,
  mayPatch: () => boolean = () => false,
): Driver & OverheadMeasuring & Partial<DiskFlushing & LiveSaving> {
  const driver = createOciDriver(deps, (parts) => gvisorFlavour(parts, setup))
  return {
    ...driver,
    engineMemory: (id) => measureEngine(driver.cgroup(id)),
    ...createLiveSaving(deps, setup, driver, mayPatch),
  }
}

/** Of a sandbox with more, those of the platform that come after are nearly empty. */
const maxProcesses = 64

/**
 * The guest's memory is one file that the sentry shares with the processes of its platform, so it counts there as shared.
 * What is private in them is gVisor's own. Null where they have ended.
 */
async function measureEngine(cgroup: string): Promise<number | null> {
  const pids = (await listProcesses(cgroup)).slice(0, maxProcesses)
  const sizes = await Promise.all(pids.map(readPrivateBytes))
  const known = sizes.filter((size) => size !== null)
  return known.length === 0 ? null : known.reduce((sum, size) => sum + size, 0)
}

async function readPrivateBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]
  return kibibytes === undefined ? null : Number(kibibytes) * 1024
}
