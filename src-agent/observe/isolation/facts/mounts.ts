import { lstatSync } from 'node:fs'
import { readKernelText, showText } from '../../../base/kernel/kernel-text.ts'
import {
  createHostPaths,
  type FindOnHost,
  isOfKernel,
  isWithin,
  type MountLine,
  parseMountinfo,
} from '../../../base/kernel/mountinfo.ts'
import { ownPlaces } from '../../../engines/oci/gvisor/gvisor-flavour.ts'
import { insidePath } from '../../../engines/oci/runtime-config.ts'
import { fixedRules } from '../../../sandboxes/host-paths.ts'
import { findObjection } from '../../../sandboxes/refused-paths.ts'
import { isCommandingSocket } from './interpret.ts'
import type { ObservedMount, Watched } from './observed.ts'

const maxMounts = 128

/** Host names of mounted trees, from the agent's own table. */
export function readHostPaths(proc: string): FindOnHost {
  return createHostPaths(readKernelText(`${proc}/self/mountinfo`, 1024 * 1024) ?? '')
}

/** What the agent itself keeps on the host: whoever writes there, or speaks to it, commands the agent. */
export interface AgentPlaces {
  readonly folders: readonly string[]
  readonly sockets: readonly string[]
}

/**
 * The trees of this machine in the mount namespace of a process, except what belongs to the sandbox itself. What a sentry
 * has is in that of its gofer.
 */
export function readMounts(
  proc: string,
  pid: number,
  watched: Watched,
  host: { readonly onHost: FindOnHost; readonly agent: AgentPlaces },
): ObservedMount[] | null {
  const text = readKernelText(`${proc}/${pid}/mountinfo`)
  if (text === null) return null
  const lines = parseMountinfo(text)
  const trees = lines.flatMap((line): ObservedMount[] => {
    const path = isOfKernel(line) ? null : (host.onHost(line) ?? `${line.source}:${line.root}`)
    if (path === null || isOwn(line, watched) || watched.ownFolders.some((folder) => isWithin(path, folder))) return []
    return [{ ...toMount({ path, target: line.target, writable: line.writable }, watched, host.agent), seen: true }]
  })
  return [...trees, ...lines.flatMap((line) => deviceMount(line))].slice(0, maxMounts)
}

const everySandboxHas: ReadonlySet<string> = new Set([insidePath, ...ownPlaces])

/**
 * Every sandbox has the program that checks it from inside, and one by gVisor what its programs load. Only where nobody can
 * write it is there nothing to tell.
 */
function isOwn({ target, writable }: MountLine, { mounts }: Watched): boolean {
  return everySandboxHas.has(target) && !writable && !mounts.some((mount) => mount.target === target)
}

/** Where the engine mounts inside of a guest, the record is all that this machine knows. */
export function recordedMounts(watched: Watched, agent: AgentPlaces): ObservedMount[] {
  const raw = (text: string) => Buffer.from(text).toString('latin1')
  return watched.mounts.map(({ source, target, readOnly }) => ({
    ...toMount({ path: raw(source), target: raw(target), writable: !readOnly }, watched, agent),
    seen: false,
  }))
}

interface RawMount {
  /** Bytes as latin1, as is `target`. */
  readonly path: string
  readonly target: string
  readonly writable: boolean
}

function toMount(
  { path, target: raw, writable }: RawMount,
  { volumes }: Pick<Watched, 'volumes'>,
  agent: AgentPlaces,
): Omit<ObservedMount, 'seen'> {
  const target = showText(raw)
  const volume = volumes.get(path)
  // It lies in the state of the agent, but nothing of the agent is in it.
  if (volume !== undefined) return { source: `volume:${volume}`, target, writable, kind: 'folder', controls: false }
  const kind = kindOf(path)
  const commands = kind === 'socket' && (isCommandingSocket(path) || agent.sockets.includes(path))
  const controls =
    commands || (kind === 'folder' && writable && findObjection(path, fixedRules(agent.folders)) !== null)
  return { source: showText(path), target, writable, kind, controls }
}

const everyday = new Set(['/', '/null', '/zero', '/full', '/random', '/urandom', '/tty'])

/** Device nodes that an engine gave come as bind mounts from the host's own /dev, where it does not make new ones. */
function deviceMount({ type, root, target }: MountLine): ObservedMount[] {
  if (type !== 'devtmpfs' || everyday.has(root)) return []
  const [source, shown] = [showText(`/dev${root}`), showText(target)]
  return [{ source, target: shown, writable: true, kind: 'device', seen: true, controls: false }]
}

/** Looked at, never followed or opened. */
function kindOf(path: string): ObservedMount['kind'] {
  try {
    const stat = lstatSync(Buffer.from(path, 'latin1'))
    if (stat.isSocket()) return 'socket'
    return stat.isCharacterDevice() || stat.isBlockDevice() ? 'device' : 'folder'
  } catch {
    return 'folder'
  }
}
