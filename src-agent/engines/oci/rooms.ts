import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isLimited } from '../../state/sandbox-paths.ts'
import { type Bind, mapsOfMount } from '../bind-mounts.ts'
import type { LaunchPlan } from '../driver.ts'
import { mayGainRights } from '../new-privileges.ts'
import type { UserNamespace } from '../user-ids.ts'
import { contextOption, upperOptions } from './overlay-options.ts'
import { readLabels, type SelinuxTypes } from './selinux-labels.ts'

/**
 * Where a sandbox with ids of its own has its trees. Its root may pass only folders that everybody may pass, so this is not
 * below the run folder. What is in it exists only in the mount namespace of the sandbox's monitor; for others the folder is
 * empty, but for the one that an engine looks for by its name when a command joins the sandbox.
 */
const roomsFolder = '/run/joey-rooms'

/** Of what is known of this machine. */
interface RoomHost {
  /** Another one for every state folder. */
  readonly cgroupParent: string
  /** See HostTraits. */
  readonly inside: string | null
  readonly selinux?: SelinuxTypes | null
}

export function roomOf(id: string, { cgroupParent }: Pick<RoomHost, 'cgroupParent'>): string {
  return join(roomsFolder, `${cgroupParent.replace(/^\/|[^A-Za-z0-9-]+/g, '')}-${id}`)
}

/** What a sandbox with ids of its own has in its room, by the names that `mountCommand` gives. */
export const inRoom = {
  rootfs: 'rootfs',
  /** Its folder of the state: the writable layer, and names of hosts. */
  own: 'own',
  /** The disk of a limited writable layer. */
  limited: 'limited',
  inside: 'inside',
  /** All of /proc, for an engine that has to mount one. */
  proc: 'proc',
  mount: (index: number) => `mount${index}`,
} as const

export function makeRoom(room: string): void {
  mkdirSync(join(room, inRoom.rootfs), { recursive: true, mode: 0o711 })
}

/** Safe to repeat. MUST NOT be called while the sandbox has a monitor, whose mounts would go. */
export function removeRoom(room: string): void {
  rmSync(room, { recursive: true, force: true })
  try {
    rmdirSync(roomsFolder)
  } catch (error) {
    // Other sandboxes have theirs there.
    if (!['ENOTEMPTY', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

interface Mounting {
  /** joey-outside */
  readonly program: string
  readonly users: UserNamespace
  /** Of Joey's own, by the names of their places. */
  readonly readOnly: readonly Pick<Bind, 'source' | 'place'>[]
  /** See ConmonDeps. */
  readonly limitedMounts: string
}

/** A command line that mounts all of a sandbox's trees in a mount namespace of its own, and becomes what is to follow it. */
export function mountCommand(
  plan: LaunchPlan,
  host: RoomHost,
  { program, users, readOnly, limitedMounts }: Mounting,
): string[] {
  const { lowers, mounts, process, paths } = plan
  const layers = lowers.flatMap((lower, index) => ['layer', lower, String(index)])
  const inside = host.inside === null ? [] : ['plain', host.inside, inRoom.inside]
  const others = readOnly.flatMap(({ source, place }) => ['plain', source, basename(place)])
  const shares = mounts.flatMap((mount, index) => {
    const { source, readOnly, held } = mount
    if (held === null) return []
    const ids = mapsOfMount({ ...mount, held }, process, users.first)
    return ['share', source, inRoom.mount(index), held.path, readOnly ? 'ro' : 'rw', ids.users, ids.groups]
  })
  const own = ['own', paths.folder, inRoom.own]
  const limited = isLimited(paths) ? ['own', dirname(paths.upper), inRoom.limited] : []
  const layer = isLimited(paths) ? inRoom.limited : inRoom.own
  const overlay = [
    upperOptions,
    `lowerdir=${lowers.map((_, index) => index).join(':')}`,
    `upperdir=${layer}/upper,workdir=${layer}/work`,
  ]
    .join(',')
    .concat(contextOption(readLabels(host.selinux, paths.run)))
  const kind = mayGainRights(plan) ? 'overlay-suid' : 'overlay'
  return [
    ...[program, 'mount', String(users.first), roomOf(plan.id, host), ...layers, ...own, ...limited],
    ...[...inside, ...others, ...shares, kind, overlay, 'leave', limitedMounts, '--'],
  ]
}
