import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import { killCgroup, removeCgroups } from '../../base/kernel/cgroup-files.ts'
import { nobodysIds } from '../../base/kernel/id-ranges.ts'
import type { Run } from '../../base/process/run.ts'
import type { GvisorSetup } from '../oci/gvisor/gvisor-flavour.ts'
import { hidingNetSettingsIn, withHiddenNetSettings } from '../oci/monitor.ts'
import { inRoom, makeRoom, removeRoom, roomOf } from '../oci/rooms.ts'
import { ociMappings } from '../user-ids.ts'
import { trialConfig } from './trial-config.ts'

/** Real starts take a quarter of a second; a platform that does not suit the machine may hang for ever. */
const deadlineMs = 8_000

export type GvisorOutcome =
  | { readonly works: true }
  | { readonly works: false; readonly hangs: boolean; readonly words: string }

export interface TryDeps {
  readonly run: Run
  /** Where the bundle is made and removed again. */
  readonly folder: string
  /** A static busybox, the only program in the bundle. */
  readonly busybox: string
  /** joey-outside, with which a way to run it with ids of its own is tried. */
  readonly outside: string | null
}

export type GvisorAttempt = (deps: TryDeps, program: string, setup: GvisorSetup) => Promise<GvisorOutcome>

/** By a pipe, as sandboxes have it; Node itself would give a socket. */
const pipeScript = '"$@" 2>&1 </dev/null | cat'

/** Runs a real sandbox to its end. */
export const tryGvisor: GvisorAttempt = async ({ run, folder, busybox, outside }, program, setup) => {
  await mkdir(folder, { recursive: true })
  const bundle = await mkdtemp(join(folder, 'probe-'))
  const id = randomBytes(6).toString('hex')
  const group = `/joey-trial-${id}`
  const room = roomOf(`joey-trial-${id}`, { cgroupParent: '/trial' })
  const mapped = setup.mapsIds === true && outside !== null ? { outside, bundle, busybox } : null
  const runtime = [program, '--root', join(bundle, 'state'), `--platform=${setup.platform}`, '--network=sandbox']
  try {
    for (const name of ['proc', 'dev']) await mkdir(join(bundle, 'rootfs', name), { recursive: true })
    await writeFile(join(bundle, 'rootfs', 'busybox'), '')
    const cgroupsPath = `${group}/${id}`
    const config = mapped === null ? configFor({ cgroupsPath, busybox }) : mappedConfig(cgroupsPath, room)
    await writeFile(join(bundle, 'config.json'), JSON.stringify(config))
    const plain = [...runtime, ...setup.options, 'run', '--bundle', bundle, id]
    const command = mapped === null ? commandOf(setup, plain) : mappedCommand(setup, plain, { ...mapped, room })
    const { stdout } = await run('sh', ['-c', pipeScript, 'joey-trial', ...command], { timeoutMs: deadlineMs })
    return stdout.trim() === 'alive' ? { works: true } : { works: false, hangs: false, words: stdout.trim() }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message, detail } = error.wire
    return { works: false, hangs: code === 'timeout', words: detail ?? message }
  } finally {
    await killCgroup(`${group}/${id}`)
    await removeCgroups(group)
    if (mapped !== null) removeRoom(room)
    await rm(bundle, { recursive: true, force: true, maxRetries: 5 })
  }
}

function configFor(
  trial: Pick<Parameters<typeof trialConfig>[0], 'cgroupsPath' | 'busybox'>,
  more: object = {},
): object {
  const mounts = [{ destination: '/proc', type: 'proc', source: 'proc' }]
  return trialConfig({ ...trial, memoryBytes: 256 * 1024 * 1024, pids: 512, mounts, ...more })
}

/** The same where all that it is made of lies in a room, and is opened by who is root there alone. */
function mappedConfig(cgroupsPath: string, room: string): object {
  return configFor(
    { cgroupsPath, busybox: join(room, 'busybox') },
    {
      rootfs: join(room, inRoom.rootfs),
      // It cannot be made read-only there, because it is more than that already.
      readOnlyRoot: false,
      namespaces: ['user'],
      more: ociMappings({ first: nobodysIds, path: null }),
    },
  )
}

function commandOf({ hidesNetSettings }: GvisorSetup, plain: readonly string[]): readonly string[] {
  return hidesNetSettings ? withHiddenNetSettings(plain).flat() : plain
}

interface Trees {
  readonly outside: string
  readonly bundle: string
  readonly busybox: string
  readonly room: string
}

function mappedCommand(
  { hidesNetSettings }: GvisorSetup,
  plain: readonly string[],
  { outside, bundle, busybox, room }: Trees,
): readonly string[] {
  makeRoom(room)
  const rootfs = ['layer', join(bundle, 'rootfs'), inRoom.rootfs]
  const mounting = [outside, 'mount', String(nobodysIds), room, ...rootfs, 'plain', busybox, 'busybox', '--']
  return [...mounting, ...(hidesNetSettings ? hidingNetSettingsIn(room) : []), ...plain]
}
