import type { Cut } from '#contract/isolation'
import { sentence } from '#contract/sentence'
import { isWithin } from '../../../base/kernel/mountinfo.ts'
import { edge, node, raw, saidOf, type Text, type WordedEdge, type WordedNode } from '../describe/text.ts'
import { controllingMounts, isCommandingSocket, isRelated } from '../facts/interpret.ts'
import { everyDevice, type Observed, type ObservedMount } from '../facts/observed.ts'
import { type Drawn, dropGrant, pathNodeId, sandboxNodeId } from './parts.ts'

/** File trees, sockets and devices of this machine that sandboxes have, and whom they meet there. */
export function drawFiles(all: readonly Observed[], agentSockets: readonly string[]): Drawn {
  const nodes = new Map<string, WordedNode>()
  const edges: WordedEdge[] = []
  for (const observed of all) {
    for (const mount of observed.mounts) {
      const kind = mount.kind === 'folder' ? 'mount' : mount.kind
      const id = pathNodeId(kind, mount.source)
      if (!nodes.has(id)) nodes.set(id, node({ id, kind, label: raw(mount.source) }))
      edges.push(ownEdge(observed, mount, id))
    }
    edges.push(...controlEdges(observed))
    // A sentry or a virtual machine answers for devices itself; what its cgroup would allow opens nothing to the guest.
    for (const device of observed.kernel === 'host' ? (observed.devices ?? []) : []) {
      const id = pathNodeId('device', device.name)
      if (!nodes.has(id)) nodes.set(id, node({ id, kind: 'device', label: deviceLabel(device.name) }))
      edges.push(deviceEdge(observed, device, id))
    }
  }
  const drawn = [...nodes.values()]
  return { nodes: drawn, edges: [...edges, ...readerEdges(all), ...drawn.flatMap((it) => onward(it, agentSockets))] }
}

function ownEdge({ watched }: Observed, mount: ObservedMount, to: string): WordedEdge {
  const from = sandboxNodeId(watched.id)
  const { source, target, writable } = mount
  const known = mount.seen ? 'seen' : 'recorded'
  const cut = cutOf(watched, mount)
  // Two places inside may lead to one outside.
  const key = target
  if (mount.kind === 'socket') {
    const speaks = sentence('edge-socket', { source, known })
    return edge({ from, to, key, what: 'socket', strength: 'reachable', sentence: speaks, cut })
  }
  const strength = writable ? 'writable' : 'readable'
  const access = writable ? 'write' : 'read'
  const what = mount.kind === 'device' ? 'device' : 'files'
  const uses = sentence('edge-files', { access, source, target: target === source ? '' : target, known })
  return edge({ from, to, key, what, strength, sentence: uses, cut })
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
function controlEdges({ watched, mounts }: Observed): WordedEdge[] {
  return controllingMounts(mounts).map((mount) =>
    edge({
      from: sandboxNodeId(watched.id),
      to: 'host-kernel',
      key: mount.target,
      what: mount.kind === 'socket' ? 'socket' : 'files',
      strength: 'total',
      sentence:
        mount.kind === 'socket'
          ? sentence('edge-controlling-socket', { source: mount.source })
          : sentence('edge-controlling-files', { source: mount.source }),
      cut: cutOf(watched, mount),
    }),
  )
}

function deviceLabel(name: string): Text {
  return name === everyDevice ? sentence('node-every-device') : raw(name)
}

function deviceEdge({ watched }: Observed, device: { name: string; access: string }, to: string): WordedEdge {
  const writable = device.access.includes('w')
  const grant = watched.grants.find((given) => given.kind === 'device' && given.path === device.name)
  return edge({
    from: sandboxNodeId(watched.id),
    to,
    what: 'device',
    strength: writable ? 'writable' : 'readable',
    sentence: sentence('edge-device', {
      access: writable ? 'write' : 'read',
      device: saidOf(deviceLabel(device.name)),
    }),
    cut: grant ? dropGrant(watched.name, grant) : null,
  })
}

/** Where somebody writes, the others read what was written. Who came to a folder only to read goes no further. */
function readerEdges(all: readonly Observed[]): WordedEdge[] {
  const users = all.flatMap(({ watched, mounts }) =>
    mounts.filter(({ kind }) => kind === 'folder').map((mount) => ({ watched, mount })),
  )
  const writtenBy = new Map<string, Set<string>>()
  for (const { watched, mount } of users) {
    if (!mount.writable) continue
    writtenBy.set(mount.source, (writtenBy.get(mount.source) ?? new Set()).add(watched.id))
  }
  const edges = new Map<string, WordedEdge>()
  for (const [source, writers] of writtenBy) {
    for (const { watched, mount } of users) {
      const others = writers.size > (writers.has(watched.id) ? 1 : 0)
      if (!others || !isRelated(source, mount.source)) continue
      const reads = sentence('edge-written-by-others', { name: watched.name, source })
      const [from, to] = [pathNodeId('mount', source), sandboxNodeId(watched.id)]
      const drawn = edge({ from, to, what: 'files', strength: 'reachable', sentence: reads, cut: null })
      edges.set(drawn.id, drawn)
    }
  }
  return [...edges.values()]
}

/** Devices through which the whole memory or a whole disk can be changed. */
const rawDevices = /^(\/dev\/(mem|kmem|port)|b .*)$/

function onward({ id, kind, label }: WordedNode, agentSockets: readonly string[]): WordedEdge[] {
  const from = id
  if (kind === 'socket' && agentSockets.includes(label)) {
    const listens = sentence('edge-agent-listens')
    return [edge({ from, to: 'agent', what: 'socket', strength: 'total', sentence: listens, cut: null })]
  }
  if (kind === 'socket' && isCommandingSocket(label)) {
    const listens = sentence('edge-engine-listens')
    return [edge({ from, to: 'host-kernel', what: 'socket', strength: 'total', sentence: listens, cut: null })]
  }
  if (kind !== 'device') return []
  const isWhole = label === everyDevice || rawDevices.test(label)
  const leads = isWhole ? sentence('edge-device-whole') : sentence('edge-device-driver')
  const strength = isWhole ? 'total' : 'shared'
  return [edge({ from, to: 'host-kernel', what: 'device', strength, sentence: leads, cut: null })]
}
