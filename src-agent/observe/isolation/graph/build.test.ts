import { expect, test } from 'vitest'
import { IsolationEdge, IsolationNode } from '#contract/isolation'
import {
  host,
  makeGvisor,
  makeMicrovm,
  makeMount,
  makeObserved,
  makeProcess,
  makeWatched,
  withCapability,
} from '../../../testing/isolation/observations.ts'
import type { Observed } from '../facts/observed.ts'
import { findBlastRadius } from './blast.ts'
import { buildGraph } from './build.ts'

const hostView = { host, agentSockets: ['/run/joey/joeyd.sock'], isPrivileged: true }
const build = (...all: Observed[]) => buildGraph(all, hostView)
const reachedFrom = (from: string, ...all: Observed[]) =>
  findBlastRadius(from, build(...all)).reached.map(({ node }) => node)
const box = (number: number) => `sandbox:${number.toString(16).padStart(12, '0')}`

test('every piece keeps the contract, and every edge joins nodes that are there', () => {
  const all = [
    withCapability(
      makeObserved(1, {
        mounts: [
          makeMount('/etc', { writable: true, controls: true }),
          makeMount('/run/docker.sock', { kind: 'socket' }),
        ],
        devices: [{ name: '/dev/kvm', access: 'rw' }],
        network: {
          mode: 'host',
          interfaces: [],
          address: null,
          shared: ['web'],
          inside: false,
          ports: [{ hostPort: 1, guestPort: 2, inKernel: false }],
        },
      }),
      'SYS_ADMIN',
    ),
    makeGvisor(),
    makeMicrovm(),
  ]
  const { nodes, edges } = build(...all)
  const ids = nodes.map((node) => IsolationNode.parse(node).id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const edge of edges) {
    IsolationEdge.parse(edge)
    expect(ids).toContain(edge.from)
    expect(ids).toContain(edge.to)
  }
  expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length)
})

test('a container reaches the kernel through its filter; behind a sentry or a virtual machine nothing is in reach', () => {
  expect(build(makeObserved()).edges).toContainEqual(
    expect.objectContaining({ from: box(1), to: 'host-kernel', what: 'kernel', strength: 'filtered', carries: true }),
  )
  expect(reachedFrom(box(1), makeObserved())).toContain('agent')
  expect(reachedFrom(box(2), makeGvisor())).toEqual(['outside'])
  expect(reachedFrom(box(3), makeMicrovm())).toEqual(['guest-kernel:000000000003', 'outside'])
})

test('who has taken the sentry or the machine monitor stands before the kernel', () => {
  expect(reachedFrom('sentry:000000000002', makeGvisor())).toContain('host-kernel')
  expect(reachedFrom('hypervisor:000000000003', makeMicrovm())).toContain('host-kernel')
})

test('an engine that is not there is not drawn, whatever the class says', () => {
  const feigned = makeObserved(1, { watched: makeWatched(1, { class: 'microvm' }) })
  expect(build(feigned).nodes.some(({ kind }) => kind === 'hypervisor')).toBe(false)
  expect(reachedFrom(box(1), feigned)).toContain('host-kernel')
})

test('a controlling capability is a way of its own, and taking its grant back removes it', () => {
  const own = build(withCapability(makeObserved(), 'SYS_ADMIN')).edges.find(({ id }) => id.endsWith('#SYS_ADMIN'))
  expect(own).toMatchObject({ strength: 'total', cut: { kind: 'dropGrant', ref: 'box-1', grant: 'cap:SYS_ADMIN' } })
})

test('where the kernel stays in reach anyhow, taking back what gives control over it is the best single change', () => {
  const on = (observed: Observed): Observed => ({ ...observed, network: { ...observed.network, shared: ['web'] } })
  const blast = findBlastRadius(box(1), build(on(withCapability(makeObserved(1), 'SYS_ADMIN')), on(makeObserved(2))))
  expect(blast.cut).toMatchObject({
    cut: { kind: 'dropGrant', grant: 'cap:SYS_ADMIN' },
    sentence: expect.stringContaining('no longer total') as unknown,
  })
})

test('in a user namespace of its own, the same capability is none over this machine', () => {
  const { engineProcess } = withCapability(makeObserved(), 'SYS_ADMIN')
  const mapped = makeObserved(1, { engineProcess: { ...engineProcess, mapsUsers: true } })
  expect(build(mapped).edges.some(({ id }) => id.endsWith('#SYS_ADMIN'))).toBe(false)
})

test('without a filter of system calls the kernel is shared', () => {
  const open = makeObserved(1, { engineProcess: makeProcess({ seccomp: { mode: 0, filters: 0 } }) })
  const edges = build(open).edges.filter(({ from, to }) => from === box(1) && to === 'host-kernel')
  expect(edges.map(({ strength, cut }) => [strength, cut?.kind])).toContainEqual(['shared', 'dropGrant'])
})

test('a folder that one writes and another reads joins them, one way only', () => {
  const writer = makeObserved(1, { mounts: [makeMount('/srv/data', { writable: true })] })
  const reader = { ...makeMicrovm(), mounts: [makeMount('/srv')] }
  const other = { ...makeMicrovm(4), mounts: [makeMount('/srv/else')] }
  const all = [{ ...writer, kernel: 'guest' } as Observed, reader, other]
  expect(reachedFrom(box(1), ...all)).toContain(box(3))
  expect(reachedFrom(box(1), ...all)).not.toContain(box(4))
  expect(reachedFrom(box(3), ...all)).not.toContain(box(1))
})

test('who only reads a folder does not reach those who read it too', () => {
  const one = { ...makeMicrovm(1), mounts: [makeMount('/srv')] }
  const two = { ...makeMicrovm(2), mounts: [makeMount('/srv')] }
  const writer = { ...makeMicrovm(3), mounts: [makeMount('/srv', { writable: true })] }
  expect(reachedFrom(box(1), one, two, writer)).not.toContain(box(2))
  expect(reachedFrom('mount:/srv', one, two, writer)).toEqual(expect.arrayContaining([box(1), box(2)]))
})

test('a network joins its members, and leaving it parts them', () => {
  const on = (number: number) => ({ ...makeMicrovm(number), network: { ...makeMicrovm().network, shared: ['web'] } })
  expect(reachedFrom(box(1), on(1), on(2), makeMicrovm(3))).toEqual(expect.arrayContaining(['network:web', box(2)]))
  expect(reachedFrom(box(1), on(1), on(2), makeMicrovm(3))).not.toContain(box(3))
  expect(findBlastRadius(box(1), build(on(1), on(2))).cut).toMatchObject({
    cut: { kind: 'leaveNetwork', ref: 'box-1', network: 'web' },
    removes: expect.arrayContaining(['network:web', box(2)]) as unknown,
  })
})

test('a published port leads from this machine in, and is cut by unpublishing', () => {
  const ports = [{ hostPort: 8080, guestPort: 80, inKernel: true }]
  const open = { ...makeMicrovm(), network: { ...makeMicrovm().network, ports } }
  const blast = findBlastRadius('outside:this-machine', build(open))
  expect(blast.reached.map(({ node }) => node)).toEqual(['port:8080', box(3), 'guest-kernel:000000000003', 'outside'])
  expect(blast.cut?.cut).toEqual({ kind: 'unpublish', ref: 'box-3', hostPort: 8080 })
})

test('a granted folder that controls the machine is a total way, cut by taking the grant back', () => {
  const grants = [{ kind: 'host-path', path: '/etc', access: 'rw' }] as const
  const mounts = [makeMount('/etc', { writable: true, controls: true, target: '/host/etc' })]
  const granted = { ...makeMicrovm(), watched: makeWatched(3, { class: 'microvm', grants }), mounts }
  const blast = findBlastRadius(box(3), build(granted))
  expect(blast.reached.find(({ node }) => node === 'host-kernel')).toMatchObject({ strength: 'total' })
  expect(blast.cut?.cut).toEqual({ kind: 'dropGrant', ref: 'box-3', grant: 'host-path:/etc:rw' })
  expect(blast.cut?.removes).toContain('agent')
})

test('the agent’s own socket gives all that the agent can', () => {
  const mounts = [makeMount('/run/joey/joeyd.sock', { kind: 'socket', controls: true })]
  const blast = findBlastRadius(box(3), build({ ...makeMicrovm(), mounts }, makeMicrovm(5)))
  expect(blast.reached.find(({ node }) => node === box(5))?.path).toHaveLength(3)
})

test('missing limits are shown, and carry nobody anywhere', () => {
  const limits = { memoryBytes: null, cpus: null, pids: null, source: '' }
  const edges = build({ ...makeMicrovm(), limits }).edges.filter(({ cut }) => cut?.kind === 'setLimit')
  expect(edges.map(({ what, carries }) => [what, carries])).toEqual([
    ['memory', false],
    ['cpu', false],
    ['pids', false],
  ])
})
