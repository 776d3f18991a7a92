import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { finding } from '#contract/finding'
import { type Sentence, sentence } from '#contract/sentence'
import { idsOfSandbox, nobodysIds } from '../../base/kernel/id-ranges.ts'
import { outsideProgram } from '../bind-mounts.ts'
import { upperOptions } from '../oci/overlay-options.ts'
import { inRoom, makeRoom, removeRoom, roomOf } from '../oci/rooms.ts'
import { ociMappings } from '../user-ids.ts'
import { chooseRuntime, type RuntimeDeps } from './choose-runtime.ts'
import { createProbeCache } from './probe-cache.ts'
import { trialConfig } from './trial-config.ts'

const deadlineMs = 10_000

/** Whether sandboxes of the class "container" can have ids of users of their own. */
interface IdMapVerdict {
  /** joey-outside; null where it does not work, or there is none for this processor. */
  readonly outside: string | null
  /** A text is what a program said. */
  readonly failure: Sentence | string | null
}

/**
 * Runs a real container to its end, in a user namespace and on an overlay of mapped trees of the state folder. It takes a kernel
 * that maps ids in mounts of that file system, one that lets user namespaces be made, and a runtime that joins one.
 */
export async function probeIdMaps(deps: RuntimeDeps): Promise<IdMapVerdict> {
  const outside = outsideProgram()
  if (outside === null) return { outside, failure: sentence('id-maps-no-program', { processor: process.arch }) }
  const runtime = await chooseRuntime(deps).catch(() => null)
  const busybox = (deps.find ?? findSystemProgram)('busybox')
  if (runtime === null || busybox === null) return { outside: null, failure: sentence('id-maps-untried') }
  const cache = createProbeCache(join(deps.folder, 'probes.json'), deps.readBootId)
  const key = `ids ${runtime.program} ${runtime.version} ${outside}`
  if (await cache.isKnownToWork(key)) return { outside, failure: null }
  const failure = await tryIdMaps(deps, { outside, busybox, runtime: runtime.program })
  if (failure === null) await cache.remember(key)
  return { outside: failure === null ? outside : null, failure }
}

interface Trial {
  readonly outside: string
  readonly busybox: string
  readonly runtime: string
}

async function tryIdMaps(
  { run, folder }: RuntimeDeps,
  { outside, busybox, runtime }: Trial,
): Promise<Sentence | string | null> {
  await mkdir(join(folder, 'probes'), { recursive: true })
  const bundle = await mkdtemp(join(folder, 'probes', 'probe-'))
  const id = `joey-trial-${randomBytes(6).toString('hex')}`
  const room = roomOf(id, { cgroupParent: '/trial' })
  const state = ['--root', join(bundle, 'state')]
  try {
    for (const name of ['lower/proc', 'lower/dev', 'own/upper', 'own/work']) {
      await mkdir(join(bundle, name), { recursive: true })
    }
    await writeFile(join(bundle, 'lower', 'busybox'), '')
    await writeFile(join(bundle, 'config.json'), JSON.stringify(configOf(id, room)))
    makeRoom(room)
    const trees = [
      'layer',
      join(bundle, 'lower'),
      '0',
      'own',
      join(bundle, 'own'),
      inRoom.own,
      'plain',
      busybox,
      'busybox',
    ]
    const overlay = `${upperOptions},lowerdir=0,upperdir=${inRoom.own}/upper,workdir=${inRoom.own}/work`
    const mounting = ['mount', String(nobodysIds), room, ...trees, 'overlay', overlay, '--']
    const { stdout } = await run(outside, [...mounting, runtime, ...state, 'run', '--bundle', bundle, id], {
      timeoutMs: deadlineMs,
    })
    return stdout.trim() === 'alive' ? null : sentence('engine-output-lost', { output: JSON.stringify(stdout) })
  } catch (error) {
    await run(runtime, [...state, 'delete', '--force', id], { timeoutMs: deadlineMs }).catch(() => {})
    if (!(error instanceof AppError)) throw error
    return error.wire.detail ?? error.wire.message
  } finally {
    removeRoom(room)
    await rm(bundle, { recursive: true, force: true })
  }
}

function configOf(id: string, room: string): object {
  const safe = ['nosuid', 'noexec', 'nodev']
  const mounts = [
    { destination: '/proc', type: 'proc', source: 'proc', options: safe },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...safe, 'ro'] },
  ]
  const config = trialConfig({
    ...{ cgroupsPath: `/${id}`, busybox: join(room, 'busybox'), memoryBytes: 64 * 1024 * 1024, pids: 32, mounts },
    rootfs: join(room, inRoom.rootfs),
    more: ociMappings({ first: nobodysIds, path: null }),
    namespaces: ['user', 'cgroup'],
  })
  return config
}

/** As the list of this machine's findings shows it. */
export function examineIdMaps({ failure }: IdMapVerdict): Finding[] {
  const id = 'id-maps'
  if (failure === null) return [finding({ id, level: 'ok', title: sentence('id-maps', { count: idsOfSandbox }) })]
  return [finding({ id, level: 'warning', title: sentence('id-maps-broken'), detail: failure })]
}
