import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LaunchPlan, LowerDisk } from '../driver.ts'
import { heldCapabilities } from '../held-capabilities.ts'
import { mayGainRights } from '../new-privileges.ts'
import { orderTmpfs } from '../tmpfs-order.ts'
import type { GuestConfig, GuestDisk, GuestIdentity, GuestNetwork } from './guest/guest-types.ts'
import { guestBytes, type MachineShape } from './qemu/machine-shape.ts'
import { sharedFile } from './qemu/share-folders.ts'

/** As long as the bridge of the host has it. */
const mtu = 1500

/** What the guest gets to know of the sandbox that it shall be. */
export async function guestConfig(
  plan: LaunchPlan,
  shape: MachineShape,
  defaultCapabilities: readonly string[],
): Promise<GuestConfig> {
  const { mounts, grants } = plan
  return {
    ...(await guestIdentity(plan)),
    lowers: plan.lowerFiles.flatMap(lowersOn),
    upper: diskName(shape.disks - 1),
    readOnlyRoot: plan.readOnlyRoot,
    cwd: plainPath(plan.process.cwd),
    shares: mounts.map((mount, index) => {
      const { target, readOnly } = mount
      return { tag: `joey${index}`, target, readOnly, file: sharedFile(mount) }
    }),
    ...tmpfsOf(plan),
    shmBytes: plan.shmBytes,
    ...guestLimits(plan, shape),
    capabilities: heldCapabilities(defaultCapabilities, plan),
    maskPaths: true,
    systemCallFilter: !grants.some(({ kind }) => kind === 'no-seccomp'),
    newPrivileges: mayGainRights(plan),
    settings: plan.sysctls,
  }
}

function tmpfsOf(plan: LaunchPlan): Pick<GuestConfig, 'tmpfs' | 'innerTmpfs'> {
  const { before, after } = orderTmpfs(plan)
  return { tmpfs: before, innerTmpfs: after }
}

/** The layers on one disk, the topmost first. */
function lowersOn(disk: LowerDisk, index: number): GuestDisk[] {
  const device = { device: diskName(index), type: 'erofs' } as const
  if (typeof disk === 'string') return [device]
  return disk.map(({ start, bytes }) => ({ ...device, part: { start, length: bytes } })).reverse()
}

/** Who the sandbox is. */
export async function guestIdentity(plan: LaunchPlan): Promise<GuestIdentity> {
  const [hosts, resolvConf] = await Promise.all([readOwnFile(plan, 'hosts'), readOwnFile(plan, 'resolv.conf')])
  return {
    hostname: plan.hostname,
    network: guestNetwork(plan),
    hosts,
    resolvConf: plan.nameservers === null ? null : resolvConf,
  }
}

/** What the guest keeps its processes within. A machine is often larger than its limit. */
export function guestLimits(
  { limits }: Pick<LaunchPlan, 'limits'>,
  shape: Pick<MachineShape, 'memoryMebibytes'>,
): { readonly memoryBytes: number | null; readonly pids: number | null } {
  const { memoryBytes, pids } = limits
  return { pids, memoryBytes: memoryBytes !== null && memoryBytes < guestBytes(shape) ? memoryBytes : null }
}

function guestNetwork({ address }: LaunchPlan): GuestNetwork | null {
  if (address === null) return null
  const further = address.further.map((each) => `${each.address}/${each.prefixLength}`)
  const { prefixLength: prefix, gateway, mac } = address
  return { address: address.address, prefix, gateway, mac, mtu, further, gateway6: null }
}

/** Without doubled slashes and one at its end. */
function plainPath(path: string): string {
  return path.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1')
}

/** Disks are named in the order of QEMU's command line. */
function diskName(index: number): string {
  return `vd${String.fromCharCode('a'.charCodeAt(0) + index)}`
}

async function readOwnFile({ paths }: Pick<LaunchPlan, 'paths'>, name: string): Promise<string | null> {
  return readFile(join(paths.folder, 'etc', name), 'utf8').catch(() => null)
}

/** The same files again, after they have changed. */
export async function readGuestFiles(folder: string): Promise<{ hosts?: string; resolvConf?: string }> {
  const read = (name: string) => readFile(join(folder, 'etc', name), 'utf8').catch(() => undefined)
  const [hosts, resolvConf] = await Promise.all([read('hosts'), read('resolv.conf')])
  return { ...(hosts !== undefined && { hosts }), ...(resolvConf !== undefined && { resolvConf }) }
}
