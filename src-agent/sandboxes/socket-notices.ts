import { notice } from '#contract/notice'
import type { NoticeFact } from '#contract/observe'
import type { SandboxSpec } from '#contract/sandbox'
import { openHostPath } from '../base/host-path/open-host-path.ts'
import { findSocket } from './find-socket.ts'

/** Paths of sockets in mounted folders of a sandbox whose kernel cannot connect to them; none for a container. */
export async function findDeadSockets({ class: wanted, mounts }: SandboxSpec): Promise<string[]> {
  if (wanted === 'container') return []
  const found = await Promise.all(mounts.map(({ source }) => findIn(source)))
  return found.filter((socket) => socket !== null)
}

/** What people should know of them. */
export function describeDeadSockets(name: string, sockets: readonly string[]): NoticeFact[] {
  return sockets.map((socket) => notice('mounted-socket-unusable', { socket, name }))
}

async function findIn(source: string): Promise<string | null> {
  const held = await openHostPath(source, { links: 'never' }).catch(() => null)
  if (held === null) return null
  try {
    const socket = held.stats.isDirectory() ? await findSocket(held) : null
    return socket === null ? null : `${source}/${socket}`
  } finally {
    await held.close()
  }
}
