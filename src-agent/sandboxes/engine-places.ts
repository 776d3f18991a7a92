import { dirname } from 'node:path'
import type { IsolationClass } from '#contract/sandbox'
import { insidePath } from '../engines/oci/runtime-config.ts'
import type { TreeNode } from '../storage/layers/tree-view.ts'
import { isWithin } from './host-paths.ts'

/** What the engines mount in every sandbox. */
const commonPlaces = ['/proc', '/sys', '/dev', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf']
/** What one class alone mounts besides. */
const placesOfClass: Partial<Record<IsolationClass, readonly string[]>> = { gvisor: ['/etc/ld.so.preload'] }
/** runsc makes this one in the writable layer, below the `/dev` that hides it. */
const ownPlace = dirname(insidePath)
const allPlaces = [...commonPlaces, ...Object.values(placesOfClass).flat()]

/** Where the engine of a class mounts something in every sandbox. */
export function enginePlaces(of: IsolationClass): readonly string[] {
  return [...commonPlaces, ...(placesOfClass[of] ?? [])]
}

/**
 * Whether an entry of a writable layer is nothing but what an engine made there to mount on: an empty file or a folder. A
 * sandbox may have had another class before, so the places of all of them count. The path is latin1, from the root.
 */
export function isMountPoint(path: string, { kind, size }: Pick<TreeNode, 'kind' | 'size'>): boolean {
  const place = `/${path}`
  if (!allPlaces.includes(place) && !isWithin(place, ownPlace)) return false
  return kind === 'folder' || (kind === 'file' && size === 0)
}
