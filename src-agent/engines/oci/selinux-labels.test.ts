import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Grant } from '#contract/sandbox'
import type { LaunchPlan } from '../driver.ts'
import { contextOption } from './overlay-options.ts'
import { chooseLabels, chooseLevel, levelFile, readLabels } from './selinux-labels.ts'

const types = { process: 'u:r:container_t', file: 'u:o:container_file_t' }
let runs: string
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'joey-labels-'))
})
afterEach(() => rmSync(runs, { recursive: true }))

const plan = (id: string, more: Partial<LaunchPlan> = {}) =>
  ({ id, paths: { run: join(runs, id) }, mounts: [], grants: [], hostNetwork: false, ...more }) as unknown as LaunchPlan

/** As a driver leaves it in the run folder. */
function begin(id: string): string {
  const level = chooseLabels(types, plan(id))?.level ?? ''
  mkdirSync(join(runs, id))
  writeFileSync(join(runs, id, levelFile), level)
  return level
}

test('each sandbox has a pair of categories, the lower one first, and the same for commands that join it', () => {
  const level = begin('aaaa0000bbbb')
  expect(level).toMatch(/^s0:c\d{1,4},c\d{1,4}$/)
  const [one = 0, other = 0] = [...level.matchAll(/c(\d+)/g)].map(([, number]) => Number(number))
  expect(one).toBeLessThan(other)
  expect(other).toBeLessThan(1024)
  const labels = { process: `u:r:container_t:${level}`, file: `u:o:container_file_t:${level}` }
  expect(readLabels(types, join(runs, 'aaaa0000bbbb'))).toEqual(labels)
  expect(contextOption(labels)).toBe(`,context="u:o:container_file_t:${level}"`)
})

test('no two that run have the same pair', () => {
  const first = chooseLevel('x', new Set())
  expect(chooseLevel('x', new Set([first]))).not.toBe(first)
  const levels = Array.from({ length: 200 }, (_, index) => begin(`id${index}`))
  expect(new Set(levels).size).toBe(200)
})

test.each<[string, Partial<LaunchPlan>]>([
  ['a folder of this machine', { mounts: [{}] as unknown as LaunchPlan['mounts'] }],
  ['the network of this machine', { hostNetwork: true }],
  ['a capability more', { grants: [{ kind: 'cap', name: 'NET_ADMIN' } as Grant] }],
])('one with %s has no label, which would forbid just that', (_what, more) => {
  expect(chooseLabels(types, plan('a', more))).toBeNull()
})

test('where this machine has no labels there are none', () => {
  begin('a')
  expect(chooseLabels(null, plan('a'))).toBeNull()
  expect(readLabels(null, join(runs, 'a'))).toBeNull()
  expect(contextOption(null)).toBe('')
})
