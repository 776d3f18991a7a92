import type { Cut, IsolationEdge, IsolationNode } from '#contract/isolation'
import { isWithin } from '../../../base/kernel/mountinfo.ts'
import { controllingMounts, isCommandingSocket, isRelated } from '../facts/interpret.ts'
import type { Observed, ObservedMount } from '../facts/observed.ts'
import { type Drawn, dropGrant, edge, node, pathNodeId, sandboxNodeId } from './parts.ts'

/** File trees, sockets and devices of this machine that sandboxes have, and whom they meet there. */
export function drawFiles(all: readonly Observed[], agentSockets: readonly string[]): Drawn {
  const nodes = new Map<string, IsolationNode>()
  const edges: IsolationEdge[] = []
  for (const observed of all) {
    for (const mount of observed.mounts) {
      const kind = mount.kind === 'folder' ? 'mount' : mount.kind
      const id = pathNodeId(kind, mount.source)
      if (!nodes.has(id)) nodes.set(id, node({ id, kind, label: mount.source }))
      edges.push(ownEdge(observed, mount, id))
    }
    edges.push(...controlEdges(observed))
    // A sentry or a virtual machine answers for devices itself; what its cgroup would allow opens nothing to the guest.
    for (const device of observed.kernel === 'host' ? (observed.devices ?? []) : []) {
      const id = pathNodeId('device', device.name)
      if (!nodes.has(id)) nodes.set(id, node({ id, kind: 'device', label: device.name }))
      edges.push(deviceEdge(observed, device, id))
    }
  }
  const drawn = [...nodes.values()]
  return { nodes: drawn, edges: [...edges, ...readerEdges(all), ...drawn.flatMap((it) => onward(it, agentSockets))] }
}

function ownEdge({ watched }: Observed, mount: ObservedMount, to: string): IsolationEdge {
  const from = sandboxNodeId(watched.id)
  const { source, target, writable } = mount
  const as = target === source ? '' : ` as ${target}`
  const told = mount.seen ? '' : ' (as recorded)'
  const cut = cutOf(watched, mount)
  // Two places inside may lead to one outside.
  const key = target
  if (mount.kind === 'socket') {
    const sentence = `It can speak to whatever listens at ${source}${told}.`
    return edge({ from, to, key, what: 'socket', strength: 'reachable', sentence, cut })
  }
  const strength = writable ? 'writable' : 'readable'
  const verb = writable ? 'reads and writes' : 'reads'
  const what = mount.kind === 'device' ? 'device' : 'files'
  return edge({ from, to, key, what, strength, sentence: `It ${verb} ${source} of this machine${as}${told}.`, cut })
}

function cutOf(watched: Observed['watched'], { source, target, writable, kind }: ObservedMount): Cut | null {
  const grant = watched.grants.find(
    (given) =>
      (given.kind === 'host-path' && isWithin(source, given.path)) ||
      (given.kind === 'device' && given.path === source),
  )
  if (grant) return dropGrant(watched.name, grant)
  return writable && kind === 'folder' ? { kind: 'makeReadOnly', ref: watched.name, target } : null
}

/** Straight to the kernel, not by way of the folder: who only reads the same folder has no such path. */
function controlEdges({ watched, mounts }: Observed): IsolationEdge[] {
  return controllingMounts(mounts).map((mount) =>
    edge({
      from: sandboxNodeId(watched.id),
      to: 'host-kernel',
      key: mount.target,
      what: mount.kind === 'socket' ? 'socket' : 'files',
      strength: 'total',
      sentence:
        mount.kind === 'socket'
          ? `What listens at ${mount.source} does anything on this machine for whoever asks.`
          : `It can change ${mount.source}, and with it what this machine runs.`,
      cut: cutOf(watched, mount),
    }),
  )
}

function deviceEdge({ watched }: Observed, device: { name: string; access: string }, to: string): IsolationEdge {
  const writable = device.access.includes('w')
  const grant = watched.grants.find((given) => given.kind === 'device' && given.path === device.name)
  return edge({
    from: sandboxNodeId(watched.id),
    to,
    what: 'device',
    strength: writable ? 'writable' : 'readable',
    sentence: `The kernel lets it ${writable ? 'use' : 'read'} the device ${device.name}.`,
    cut: grant ? dropGrant(watched.name, grant) : null,
  })
}

/** Where somebody writes, the others read what was written. Who came to a folder only to read goes no further. */
function readerEdges(all: readonly Observed[]): IsolationEdge[] {
  const users = all.flatMap(({ watched, mounts }) =>
    mounts.filter(({ kind }) => kind === 'folder').map((mount) => ({ watched, mount })),
  )
  const writtenBy = new Map<string, Set<string>>()
  for (const { watched, mount } of users) {
    if (!mount.writable) continue
    writtenBy.set(mount.source, (writtenBy.get(mount.source) ?? new Set()).add(watched.id))
  }
  const edges = new Map<string, IsolationEdge>()
  for (const [source, writers] of writtenBy) {
    for (const { watched, mount } of users) {
      const others = writers.size > (writers.has(watched.id) ? 1 : 0)
      if (!others || !isRelated(source, mount.source)) continue
      const sentence = `${watched.name} reads what others write in ${source}.`
      const [from, to] = [pathNodeId('mount', source), sandboxNodeId(watched.id)]
      const drawn = edge({ from, to, what: 'files', strength: 'reachable', sentence, cut: null })
      edges.set(drawn.id, drawn)
    }
  }
  return [...edges.values()]
}

/** Devices through which the whole memory or a whole disk can be changed. */
const rawDevices = /^(every device|\/dev\/(mem|kmem|port)|b .*)$/

function onward({ id, kind, label }: IsolationNode, agentSockets: readonly string[]): IsolationEdge[] {
  const from = id
  if (kind === 'socket' && agentSockets.includes(label)) {
    const sentence = 'Joey\u2019s agent listens here, and does what it is asked to.'
    return [edge({ from, to: 'agent', what: 'socket', strength: 'total', sentence, cut: null })]
  }
  if (kind === 'socket' && isCommandingSocket(label)) {
    const sentence = 'An engine that may do anything on this machine listens here.'
    return [edge({ from, to: 'host-kernel', what: 'socket', strength: 'total', sentence, cut: null })]
  }
  if (kind !== 'device') return []
  const raw = rawDevices.test(label)
  const sentence = raw
    ? 'Through it, the memory or a disk of this machine can be changed as a whole.'
    : 'Its driver is a part of this machine\u2019s kernel.'
  return [edge({ from, to: 'host-kernel', what: 'device', strength: raw ? 'total' : 'shared', sentence, cut: null })]
}
