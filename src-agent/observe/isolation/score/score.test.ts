import { expect, test } from 'vitest'
import { Score } from '#contract/isolation'
import type { Observed } from '../facts/observed.ts'
import { makeGvisor, makeMicrovm, makeMount, makeObserved, withCapability } from '../../../testing/isolation/observations.ts'
import { scoreDesk, scoreSandbox } from './score.ts'

const value = (observed: Observed): number => scoreSandbox(observed).value

test('the classes stand in their order with defaults, and the sum of the parts is the score', () => {
  const all = [makeObserved(), makeGvisor(), makeMicrovm()]
  expect(all.map(value)).toEqual([55, 80, 88])
  for (const observed of all) {
    const score = Score.parse(scoreSandbox(observed))
    expect(score.parts.reduce((sum, { points }) => sum + points, 0)).toBe(score.value)
    expect(score.parts.reduce((sum, { of }) => sum + of, 0)).toBe(100)
  }
})

test('with every wall that there is, a sandbox has 100', () => {
  const limits = { memoryBytes: 2 ** 26, cpus: 1, pids: 100, source: '' }
  const network = { mode: 'none', interfaces: [], address: null, shared: null, ports: [] } as const
  expect(value({ ...makeMicrovm(), limits, network })).toBe(100)
})

type Weakening = readonly [name: string, apply: (observed: Observed) => Observed]

const weakenings: readonly Weakening[] = [
  ['a folder to read', (it) => ({ ...it, mounts: [...it.mounts, makeMount('/srv/a')] })],
  ['a folder to write', (it) => ({ ...it, mounts: [...it.mounts, makeMount('/srv/b', { writable: true })] })],
  [
    'a folder of the system',
    (it) => ({ ...it, mounts: [...it.mounts, makeMount('/etc', { writable: true, controls: true })] }),
  ],
  ['a socket', (it) => ({ ...it, mounts: [...it.mounts, makeMount('/run/x.sock', { kind: 'socket' })] })],
  ['a device', (it) => ({ ...it, mounts: [...it.mounts, makeMount('/dev/fuse', { kind: 'device' })] })],
  ['the host’s network', (it) => ({ ...it, network: { ...it.network, mode: 'host' } })],
  ['a shared network', (it) => ({ ...it, network: { ...it.network, shared: 'web' } })],
  ['no filter', (it) => ({ ...it, front: { ...it.front, seccomp: { mode: 0, filters: 0 } } })],
  ['SYS_ADMIN', (it) => withCapability(it, 'SYS_ADMIN')],
  ['NET_ADMIN', (it) => withCapability(it, 'NET_ADMIN')],
  ['no limit of memory', (it) => ({ ...it, limits: { ...it.limits, memoryBytes: null } })],
  ['no limit of processes', (it) => ({ ...it, limits: { ...it.limits, pids: null } })],
  ['new privileges', (it) => ({ ...it, front: { ...it.front, noNewPrivileges: false } })],
  ['root of the host', (it) => ({ ...it, front: { ...it.front, uid: 0, mapsUsers: false } })],
  [
    'the host’s processes',
    (it) => ({ ...it, front: { ...it.front, hostNamespaces: [...it.front.hostNamespaces, 'pid'] } }),
  ],
]

test('no weakening raises a score, in whichever order they come', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    let observed = [makeObserved(), makeGvisor(), makeMicrovm()][seed % 3] as Observed
    let before = value(observed)
    // A walk through all of them that differs with the seed: 15 is prime to none but 3 and 5.
    for (let step = 0; step < weakenings.length; step += 1) {
      const [name, apply] = weakenings[(seed + step * 7) % weakenings.length] as Weakening
      observed = apply(observed)
      const after = value(observed)
      expect(after, `${name}, seed ${seed}`).toBeLessThanOrEqual(before)
      expect(after).toBeGreaterThanOrEqual(0)
      before = after
    }
  }
})

test('each grant lowers the score of a default container', () => {
  for (const [name, apply] of weakenings.slice(0, 10)) {
    expect(value(apply(makeObserved())), name).toBeLessThan(value(makeObserved()))
  }
})

test('control over this machine leaves next to nothing, and says by what', () => {
  const score = scoreSandbox(withCapability(makeObserved(), 'SYS_ADMIN'))
  expect(score.value).toBe(15)
  expect(score.parts.at(-1)?.sentence).toContain('SYS_ADMIN')
})

test('the desk is judged by its weakest, and by all', () => {
  const of = (name: string, points: number) => ({ name, score: { value: points, parts: [] } })
  expect(scoreDesk([])).toMatchObject({ value: 100 })
  expect(scoreDesk([of('a', 40), of('b', 80)])).toMatchObject({ value: 50 })
  expect(scoreDesk([of('a', 40), of('b', 80)]).parts[0]?.sentence).toContain('a')
})
