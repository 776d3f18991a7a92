import { statSync } from 'node:fs'
import { appError } from '#contract/app-error'
import { splitDeviceNumber } from '../../base/kernel/device-number.ts'
import { type CapabilityWish, heldCapabilities } from '../held-capabilities.ts'

/**
 * What a sandbox may do as its root where nothing is granted: Docker's list without what makes nodes, gives files
 * capabilities, writes to the log of this machine or forges frames. `ping` needs none of that where it asks the kernel for a
 * socket of its kind (`ping_group_range`), as that of iputils does.
 */
export const defaultCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
] as const

/** A device node of the host, as the sandbox gets it. */
export interface GrantedDevice {
  readonly path: string
  readonly type: 'c' | 'b'
  readonly major: number
  readonly minor: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Grants as an OCI configuration needs them. */
export interface Granted {
  readonly capabilities: readonly string[]
  readonly devices: readonly GrantedDevice[]
  readonly hasSeccomp: boolean
}

/** Looks up what the grants name. Rejects a device that this host does not have. */
export function resolveGrants(wish: CapabilityWish): Granted {
  const { grants } = wish
  const devices = new Map<string, GrantedDevice>()
  for (const grant of grants) {
    if (grant.kind === 'device') devices.set(grant.path, findDevice(grant.path))
  }
  const hasSeccomp = !grants.some(({ kind }) => kind === 'no-seccomp')
  return { capabilities: heldCapabilities(defaultCapabilities, wish), devices: [...devices.values()], hasSeccomp }
}

function findDevice(path: string): GrantedDevice {
  const stats = path.split('/').includes('..') ? undefined : statSync(path, { throwIfNoEntry: false })
  if (!stats || !(stats.isCharacterDevice() || stats.isBlockDevice())) {
    throw appError('device-not-found', { path })
  }
  const { rdev, mode, uid, gid } = stats
  const type = stats.isBlockDevice() ? 'b' : 'c'
  return { path, type, ...splitDeviceNumber(rdev), mode: mode & 0o777, uid, gid }
}

/** An entry of `linux.devices`. */
export function toDeviceNode({ mode, ...device }: GrantedDevice): Record<string, unknown> {
  return { ...device, fileMode: mode }
}

/** An entry of `linux.resources.devices`. */
export function toDeviceRule({ type, major, minor }: GrantedDevice): Record<string, unknown> {
  return { allow: true, type, major, minor, access: 'rwm' }
}
