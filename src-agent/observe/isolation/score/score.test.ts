import { expect, test } from 'vitest'
import { Score, type ScorePart } from '#contract/isolation'
import { sayText } from '#contract/language'
import { scoreSentences } from '#contract/sentences/score'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import {
  makeGvisor,
  makeMicrovm,
  makeMount,
  makeObserved,
  makeProcess,
  withCapability,
} from '../../../testing/isolation/observations.ts'
import type { Observed } from '../facts/observed.ts'
import { scoreOverall, scoreSandbox } from './score.ts'

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

test('with all isolation that there is, a sandbox has 100', () => {
  const limits = { memoryBytes: 2 ** 26, cpus: 1, pids: 100, source: '' }
  const network = { mode: 'none', interfaces: [], address: null, shared: [], inside: false, ports: [] } as const
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
  ['a shared network', (it) => ({ ...it, network: { ...it.network, shared: ['web'] } })],
  ['no filter', (it) => ({ ...it, engineProcess: { ...it.engineProcess, seccomp: { mode: 0, filters: 0 } } })],
  ['SYS_ADMIN', (it) => withCapability(it, 'SYS_ADMIN')],
  ['NET_ADMIN', (it) => withCapability(it, 'NET_ADMIN')],
  ['no limit of memory', (it) => ({ ...it, limits: { ...it.limits, memoryBytes: null } })],
  ['no limit of processes', (it) => ({ ...it, limits: { ...it.limits, pids: null } })],
  ['new privileges', (it) => ({ ...it, engineProcess: { ...it.engineProcess, noNewPrivileges: false } })],
  ['root of the host', (it) => ({ ...it, engineProcess: { ...it.engineProcess, uid: 0, mapsUsers: false } })],
  ['files opened by root of the host', (it) => ({ ...it, fileServers: [makeProcess()] })],
  [
    'the host’s processes',
    (it) => ({
      ...it,
      engineProcess: { ...it.engineProcess, hostNamespaces: [...it.engineProcess.hostNamespaces, 'pid'] },
    }),
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

test('all together are scored by the weakest, and by all', () => {
  const of = (name: string, points: number) => ({ name, score: { value: points, parts: [] } })
  expect(scoreOverall([])).toMatchObject({ value: 100 })
  expect(scoreOverall([of('a', 40), of('b', 80)])).toMatchObject({ value: 50 })
  expect(scoreOverall([of('a', 40), of('b', 80)]).parts[0]?.sentence).toContain('a')
})

const bare = (it: Observed): Observed => ({
  ...it,
  engineProcess: { ...it.engineProcess, seccomp: { mode: 0, filters: 0 } },
  limits: { ...it.limits, cpus: null },
  network: { ...it.network, mode: 'none', shared: [] },
})

/** All that scores of this file's sandboxes are made of. */
function everyPart(): ScorePart[] {
  const classes = [makeObserved(), makeGvisor(), makeMicrovm()]
  const weak = weakenings.flatMap(([, apply]) => classes.map(apply))
  return [
    ...[...classes, ...weak, ...classes.map(bare)].flatMap((observed) => scoreSandbox(observed).parts),
    ...scoreOverall([]).parts,
    ...scoreOverall([{ name: 'a', score: { value: 1, parts: [] } }]).parts,
  ]
}

test('each part says the same by its wording, and in another language what stands in the table', () => {
  for (const part of everyPart()) {
    expect(sayText(part.sentence, part.wording, null)).toBe(part.sentence)
    expect(sayText(part.sentence, part.wording, pseudoLanguage)).toBe(`[${part.wording?.reason}: ${part.sentence}]`)
  }
})

test('each sentence of the table is said', () => {
  const said = new Set(everyPart().map(({ wording }) => wording?.reason ?? 'none'))
  expect([...said].sort()).toEqual(Object.keys(scoreSentences).sort())
})

test('many capabilities are named up to four, and counted beyond', () => {
  const names = ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'SYS_MODULE', 'SYS_TIME', 'SYS_BOOT']
  const { parts } = scoreSandbox(names.reduce(withCapability, makeObserved()))
  const part = parts.find(({ wording }) => wording?.reason === 'score-capabilities-beyond')
  expect(part?.sentence).toMatch(/^Capabilities beyond the everyday ones: (\w+, ){3}\w+ and 2 more\.$/)
})
