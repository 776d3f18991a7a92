import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { appError } from '#contract/app-error'
import { type Place, tagOf } from '#contract/client/place'
import { openPrivateFolder } from '#contract/client/private-folder'
import { makePrivateFile } from './private-file.ts'
import { limitedFile, type SandboxPaths } from './sandbox-paths.ts'

/** Every path the agent uses; docs/state-folder.md lists what lies where. */
export interface StateFolder extends Place {
  /** Six hexadecimal digits that tell this state folder's interfaces, tables and cgroups from another's. */
  readonly tag: string
  readonly database: string
  /** What was used, over time: a file of its own, so that nothing that happens to it concerns the records. */
  readonly usage: string
  /** Room that is held back for removals: reserve.ts. */
  readonly reserve: string
  /** Names and passwords for registries. */
  readonly registryLogins: string
  readonly logs: string
  readonly images: string
  readonly volumes: string
  readonly imageMounts: string
  /** Where the disks of limited writable layers are mounted, in the agent's mount namespace alone. */
  readonly limitedMounts: string
  readonly exits: string
  readonly runtimeRoot: string
  readonly network: string
  /** As it is now: whether the writable layer is a folder there or limited is seen by its file. */
  sandbox(id: string): SandboxPaths
}

/** Longest path of a unix socket on Linux, without the closing NUL. */
const maxSocketPath = 107
const longestBelowRun = '/s/0123456789ab/attach'

/**
 * Makes the folders, owned by and open to this account alone.
 * Refuses paths that the engines could not take: too long for a socket, or with characters that separate mount options.
 */
export function openStateFolder(place: Place): StateFolder {
  checkPath(place)
  const uid = process.getuid?.() ?? 0
  const home = openPrivateFolder(place.home, uid)
  openPrivateFolder(place.run, uid)
  const folder = describe({ ...place, home })
  wipeAfterBoot(folder)
  for (const path of [
    folder.logs,
    folder.images,
    folder.volumes,
    folder.imageMounts,
    folder.exits,
    folder.runtimeRoot,
    folder.network,
  ]) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }
  return folder
}

function describe(place: Place): StateFolder {
  const { home, run } = place
  return {
    ...place,
    tag: tagOf(home),
    database: join(home, 'joey.db'),
    usage: join(home, 'usage.db'),
    reserve: join(home, 'reserve'),
    registryLogins: join(home, 'registry-logins.json'),
    logs: join(home, 'logs'),
    images: join(home, 'images'),
    volumes: join(home, 'volumes'),
    imageMounts: join(run, 'images'),
    limitedMounts: join(run, 'limited'),
    exits: join(run, 'exits'),
    runtimeRoot: join(run, 'oci'),
    network: join(run, 'network'),
    sandbox: (id) => {
      const folder = join(home, 'sandboxes', id)
      const log = join(folder, 'log')
      const layer = existsSync(limitedFile({ folder })) ? join(run, 'limited', id) : folder
      const [upper, work] = [join(layer, 'upper'), join(layer, 'work')]
      return { folder, upper, work, disk: join(folder, 'disk.ext4'), log, run: join(run, 's', id) }
    },
  }
}

function checkPath({ home, run }: Place): void {
  if (!isAbsolute(home)) {
    throw appError('home-not-absolute', { home })
  }
  if (!/^[A-Za-z0-9/._@+ -]*$/.test(home)) {
    throw appError('home-not-usable')
  }
  const longest = Buffer.byteLength(run + longestBelowRun)
  if (longest > maxSocketPath) {
    const over = longest - maxSocketPath
    throw appError('home-too-long', { over })
  }
}

/** What lies in the run folder describes processes; after a restart of the machine none of them is left. */
function wipeAfterBoot({ run }: StateFolder): void {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  const file = join(run, 'boot-id')
  if (readIfThere(file) === bootId) return
  for (const name of ['s', 'exits', 'oci', 'network', 'images', 'vm', 'vt'])
    rmSync(join(run, name), { recursive: true, force: true })
  writeFileSync(file, bootId, { mode: 0o600 })
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/**
 * One agent per state folder. The lock is SQLite's own file lock on a file of its own: the kernel drops it when the
 * process dies, however it dies, and it needs neither a helper program nor a pid file that can lie.
 */
export function lockStateFolder({ home }: StateFolder): () => void {
  const lock = openLock(join(home, 'lock.db'))
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw appError('agent-already-running', {}, { cause: error })
  }
  return () => lock.close()
}

const openTries = 20
const openPauseMs = 50

/**
 * In the moment in which the kernel takes down an agent that was killed, opening the file that it held was once seen to
 * fail with an input/output error. That moment passes.
 */
function openLock(file: string): DatabaseSync {
  makePrivateFile(file)
  for (let tries = 1; ; tries += 1) {
    try {
      return new DatabaseSync(file)
    } catch (error) {
      if (tries === openTries) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, openPauseMs)
    }
  }
}
