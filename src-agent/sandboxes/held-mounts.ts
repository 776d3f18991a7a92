import { join } from 'node:path'
import type { Mount, SandboxSpec } from '#contract/sandbox'
import { mountsOfPath } from '../base/host-path/mounts-of-path.ts'
import { type HostPath, openHostPath } from '../base/host-path/open-host-path.ts'
import type { HeldSource, PlacedMount } from '../engines/driver.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { VolumeStore } from '../storage/volumes/volume-store.ts'
import { mountsOfGrants } from './grant-policy.ts'
import { type HostRules, hostRules } from './host-paths.ts'
import { holdSource } from './mount-policy.ts'
import { findAliasObjection, findObjection, isOfKernelType } from './refused-paths.ts'
import { mountsOfVolumes } from './volumes.ts'

export interface HeldMounts {
  readonly mounts: readonly PlacedMount[]
  /** Lets the sources go, once the engine has them. */
  release(): Promise<void>
}

interface Deps {
  readonly folder: StateFolder
  readonly records: Pick<SandboxRecords, 'all'>
  readonly volumes: Pick<VolumeStore, 'folderOf'>
}

interface WithSource {
  readonly mount: Mount
  readonly held: HeldSource | null
  readonly isVolume?: true
}

/** Opens and evaluates the sources of all mounts of a sandbox for one start. The caller releases them. */
export async function holdMounts(deps: Deps, record: SandboxRecord): Promise<HeldMounts> {
  const { spec } = record.sandbox
  const rules = hostRules(deps)
  const sources: HostPath[] = []
  const mounts: WithSource[] = []
  const take = (mount: Mount, source: HostPath) => {
    sources.push(source)
    return { mount, held: toHeld(source) }
  }
  const hold = async (mount: Mount): Promise<void> => {
    const source = await holdSource(mount, rules, spec.grants)
    mounts.push(take(mount, source))
    if (mount.recursive) for (const below of mountsBelow(mount, source, rules)) await hold(below)
  }
  const release = async () => {
    await Promise.all(sources.splice(0).map((each) => each.close()))
  }
  try {
    for (const mount of mountsOf(spec)) await hold(mount)
    for (const mount of mountsOfVolumes(deps.volumes, spec)) {
      mounts.push({ ...take(mount, await openHostPath(mount.source, { links: 'never' })), isVolume: true })
    }
  } catch (error) {
    await release()
    throw error
  }
  return { mounts: place(deps, record, mounts), release }
}

/** The mounts of a run that goes on: nothing is bound anew, so nothing is held. */
export function placedMounts(deps: Pick<Deps, 'folder' | 'volumes'>, record: SandboxRecord): PlacedMount[] {
  const { spec } = record.sandbox
  const volumes = mountsOfVolumes(deps.volumes, spec).map((mount) => ({ mount, held: null, isVolume: true as const }))
  return place(deps, record, [...mountsOf(spec).map((mount) => ({ mount, held: null })), ...volumes])
}

function toHeld({ forOthers, stats }: HostPath): HeldSource {
  return { path: forOthers, isFolder: stats.isDirectory(), uid: Number(stats.uid), gid: Number(stats.gid) }
}

/** All mounts of paths of this machine, those of grants too. */
export function mountsOf({ grants, mounts }: SandboxSpec): Mount[] {
  return [...mountsOfGrants(grants, mounts), ...mounts]
}

/** Outer ones first, whatever order they were given in, so that none hides another. */
function place(deps: Pick<Deps, 'folder'>, { sandbox }: SandboxRecord, mounts: readonly WithSource[]): PlacedMount[] {
  const { run } = deps.folder.sandbox(sandbox.id)
  return mounts
    .toSorted((one, other) => depthOf(one.mount.target) - depthOf(other.mount.target))
    .map(({ mount, ...more }, index) => ({ ...mount, place: join(run, 'mounts', String(index)), ...more }))
}

function depthOf(target: string): number {
  return target.split('/').filter(Boolean).length
}

/** What is mounted below a source, each as a mount of its own with the same access. No grant brings what is refused. */
function mountsBelow(mount: Mount, source: HostPath, rules: HostRules): Mount[] {
  const fitting = mountsOfPath(source).below.filter(
    ({ target, type, aliases }) =>
      !isOfKernelType(type) &&
      findObjection(target, rules) === null &&
      aliases.every((alias) => findAliasObjection(alias, rules) === null),
  )
  const { recursive: _, ...plain } = mount
  return [...new Set(fitting.map(({ target }) => target))].map((target) => ({
    ...plain,
    source: target,
    target: join(mount.target, target.slice(source.path.length)),
  }))
}
